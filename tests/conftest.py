"""Fixtures that several test files share, and what the run prints at its end."""

import pytest
import torch


def pytest_terminal_summary(terminalreporter) -> None:
    """Print the matrices of variants by test cells, wherever their tests ran."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties:
            if name == "matrix" and report.when == "call":
                terminalreporter.section(report.nodeid.rpartition("[")[2].rstrip("]"))
                terminalreporter.write_line(value)


DEVICES = [pytest.param("cpu")]
if torch.cuda.is_available():
    DEVICES.append(pytest.param("cuda", marks=pytest.mark.gpu))
if torch.backends.mps.is_available():
    DEVICES.append(pytest.param("mps", marks=pytest.mark.gpu))


@pytest.fixture(params=DEVICES)
def device(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> torch.device:
    """Every device of this machine in turn, computing with full float32 precision."""
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)
    return torch.device(request.param)


@pytest.fixture(params=[torch.float32, torch.float64], ids=["float32", "float64"])
def dtype(request: pytest.FixtureRequest, device: torch.device) -> torch.dtype:
    """Both precisions, where the device has them."""
    if device.type == "mps" and request.param == torch.float64:
        pytest.skip("MPS has no float64")
    return request.param
