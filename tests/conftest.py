"""Fixtures that several test files share, and what the run prints at its end."""

import os
import signal
from collections import Counter
from collections.abc import Iterator

# As many processes test as there are cores. With more than one thread each they wait for one another: a small
# training takes several times as long. Set before torch is imported, and inherited by what tests start.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
import torch


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, so that no process is left alone with one of them at the end.

    xdist hands out the files in this order (``--dist loadfile --no-loadscope-reorder``).
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_terminal_summary(terminalreporter) -> None:
    """Print the matrices of variants by test cells, and what was not tested, wherever the tests ran."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties:
            if name == "matrix" and report.when == "call":
                terminalreporter.section(report.nodeid.rpartition("[")[2].rstrip("]"))
                terminalreporter.write_line(value)
    if lines := not_tested(terminalreporter.getreports("skipped")):
        terminalreporter.section("not tested here")
        for line in lines:
            terminalreporter.write_line(line)


def not_tested(skipped: list[pytest.TestReport]) -> list[str]:
    """How many tests were skipped for which reason, a line each."""
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    lines = [f"{count:5} skipped: {reason}" for reason, count in reasons.most_common()]
    if len(DEVICES) == 1:
        lines.append("no GPU: what is tested on every device was tested on the CPU alone")
    return lines


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


@pytest.fixture(scope="module", autouse=True)
def warm_benches() -> Iterator[None]:
    """What grades stays warm between the tests of a file: to begin it takes seconds."""
    from utils.grading.worker import kept_warm

    with kept_warm():
        yield


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Processes that the test starts hear Ctrl-C.

    A shell starts a job in the background with SIGINT ignored, and whatever the job starts inherits that.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
