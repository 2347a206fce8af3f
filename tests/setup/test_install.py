"""Which torch comes into a virtual environment, from where, and what the person at the keyboard is told."""

import importlib.metadata
import json
import os
import re
import socket
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from wheels import index, write_wheel

from utils.setup import install, torch_build
from utils.setup.torch_build import Failed

PINNED = "9.9.9"  # a torch that nobody has
pytestmark = [
    pytest.mark.slow,  # pip starts some thirty times
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the package index has no CUDA builds"),
    # not find_spec: setuptools hears of it, and can no longer be imported after that
    pytest.mark.skipif(not [*importlib.metadata.distributions(name="pip")], reason="this Python has no pip"),
]


def torch_wheel(folder, version):
    return write_wheel(folder / "torch", "torch", version, "py3-none-any", {"torch/__init__.py": ""})


@pytest.fixture
def venv(tmp_path, monkeypatch):
    """The Python of an empty environment in the working folder; the package index has one torch.

    It borrows pip from this environment, because to install one takes seconds.
    """
    monkeypatch.chdir(tmp_path)
    Path("requirements.txt").write_text(f"filelock==1.0\ntorch=={PINNED}\n    # via\n")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", ".venv"], check=True)
    python = install.python_in(install.VENV)
    install.see_packages(sysconfig.get_path("purelib"), python)
    monkeypatch.setattr(install, "see_packages", lambda folder, inside: None)
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    torch_wheel(tmp_path / "plain", PINNED)
    monkeypatch.setattr(torch_build, "nvidia_driver", lambda: False)
    monkeypatch.setattr(torch_build, "WAIT", 1)
    with index(tmp_path / "plain") as plain:
        monkeypatch.setenv("PIP_INDEX_URL", plain)
        yield python


@pytest.fixture
def cpu_index(tmp_path, monkeypatch):
    """The folder of an index that serves torch for CPUs."""
    torch_wheel(tmp_path / "cpu", f"{PINNED}+cpu")
    with index(tmp_path / "cpu") as cpu:
        monkeypatch.setenv("TORCH_INDEX", cpu)
        yield tmp_path / "cpu"


def put(wanted, python):
    install.put_torch(wanted, python, sys.executable)
    return torch_build.installed(python)


def test_without_a_driver_torch_is_for_cpus(venv, cpu_index, capsys):
    assert put("", venv) == f"{PINNED}+cpu"
    assert "for CPU" in capsys.readouterr().out
    before = install.LOG.stat().st_size
    assert put("", venv) == put("cpu", venv) == f"{PINNED}+cpu"
    assert install.LOG.stat().st_size == before  # what is there is not installed again


def test_with_a_driver_torch_is_for_cuda(venv, cpu_index, monkeypatch, capsys):
    monkeypatch.setattr(torch_build, "nvidia_driver", lambda: True)
    assert put("", venv) == PINNED
    assert torch_build.CUDA_SIZE in capsys.readouterr().out


def test_what_is_asked_for_replaces_what_is_there(venv, cpu_index):
    assert put("cpu", venv) == f"{PINNED}+cpu"
    assert put("cuda", venv) == PINNED  # though 9.9.9+cpu would pass for 9.9.9


@pytest.mark.parametrize("how", ["unreachable", "another version", "empty"])
def test_an_index_that_cannot_serve_is_left_alone(venv, cpu_index, monkeypatch, how):
    if how == "unreachable":
        monkeypatch.setenv("TORCH_INDEX", "http://127.0.0.1:9")
    else:
        next(cpu_index.glob("torch/*")).unlink()
    if how == "another version":
        torch_wheel(cpu_index, "9.9.8+cpu")
    torch, sentence = torch_build.choose("", PINNED, venv, sys.executable)
    assert torch.options == (f"torch=={PINNED}",)
    assert sentence.count(f"{torch_build.CUDA_SIZE} instead of {torch_build.CPU_SIZE}") == 1
    with pytest.raises(Failed, match="without TORCH=cpu"):  # who insists on it gets no other
        torch_build.choose("cpu", PINNED, venv, sys.executable)


def test_an_index_that_lists_what_it_does_not_have(venv, cpu_index, capsys):
    next(cpu_index.glob("torch/*")).unlink()
    name = f"torch-{PINNED}%2Bcpu-py3-none-any.whl"
    (cpu_index / "torch" / "index.html").write_text(f'<a href="{name}">{name.replace("%2B", "+")}</a>')
    assert put("", venv) == PINNED
    said = capsys.readouterr().out
    assert said.count(f"{torch_build.CUDA_SIZE} instead of {torch_build.CPU_SIZE}") == 1


def test_an_index_that_never_answers_is_given_up(venv, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setenv("TORCH_INDEX", address)
        torch, sentence = torch_build.choose("", PINNED, venv, sys.executable)
        assert torch.options == (f"torch=={PINNED}",) and "TORCH=cpu" in sentence
        monkeypatch.setattr(torch_build, "WAIT", 1000)  # as one that sends a byte now and then
        monkeypatch.setattr(torch_build, "LONGEST", 2)
        with pytest.raises(Failed, match="did not answer in 2 seconds"):
            torch_build.offered(address, PINNED, venv)


def test_a_torch_that_is_there_already(tmp_path, monkeypatch):
    def surround(version):
        (tmp_path / "others" / "torch").mkdir(parents=True, exist_ok=True)
        (tmp_path / "others" / "torch" / "__init__.py").write_text(f"__version__ = {version!r}")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "others"))
        return torch_build.choose("installed", PINNED, Path(sys.executable), sys.executable)[0]

    torch = surround("2.5.1+cu124")
    assert (torch.version, torch.options, torch.folder) == ("2.5.1+cu124", (), str(tmp_path / "others"))
    with pytest.raises(Failed, match=r"2\.2\.1, and the course needs 2\.3 or later"):
        surround("2.2.1")
    (tmp_path / "others" / "torch" / "__init__.py").write_text("raise ImportError")
    with pytest.raises(Failed, match="has no torch"):
        torch_build.choose("installed", PINNED, Path(sys.executable), sys.executable)


def test_another_environment_is_seen_behind_the_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("requirements.txt").write_text(f"filelock==1.0\ntorch=={PINNED}\n    # via\n")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", ".venv"], check=True)
    python = install.python_in(install.VENV)
    write_wheel(tmp_path / "others", "thing", "1", "py3-none-any", {})
    (tmp_path / "others" / "thing.py").write_text("")
    find = [str(python), "-c", "import thing; print(thing.__file__)"]
    install.see_packages(str(tmp_path / "others"), python)
    assert subprocess.run(find, capture_output=True, text=True).stdout.startswith(str(tmp_path / "others"))
    install.see_packages("", python)
    assert subprocess.run(find, capture_output=True).returncode != 0


def test_the_pins_name_the_torch_that_is_there(venv):
    pins = install.write_constraints(torch_build.Torch("2.5.1+cu124")).read_text()
    assert pins == "filelock==1.0\ntorch==2.5.1\n"


def test_readme_names_the_torch_that_is_pinned():
    root = Path(__file__).parents[2]
    named = re.findall(r"torch==([\d.]+) --index-url", (root / "README.md").read_text(encoding="utf-8"))
    assert named == re.findall(r"(?m)^torch==([\d.]+)$", (root / "requirements.txt").read_text())


def test_a_download_tells_how_far_it_is(venv):
    code = "print('Downloading torch.whl (200 MB)'); print('Progress 50000000 of 200000000'); print('Done')"
    told = []
    install.run([str(venv), "-c", code], told.append)
    assert told == ["Downloading torch.whl (200 MB)", "Downloading torch.whl (200 MB) 50 of 200 MB"]
    assert install.LOG.read_text().splitlines()[1:] == ["Downloading torch.whl (200 MB)", "Done"]


def test_a_step_that_fails_names_the_log(venv):
    install.LOG.write_text("")
    with pytest.raises(Failed, match=r"(?s)No matching distribution found for no-such.*install\.log"):
        install.run_pip(venv, ["no-such"], lambda news: None)
    assert "no-such" in install.LOG.read_text()


@pytest.mark.parametrize("kept", [True, False])
def test_packages_are_compiled_at_once_where_python_keeps_nothing_later(venv, monkeypatch, kept):
    if kept:
        monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    else:
        monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    put("", venv)
    assert bool([*install.VENV.rglob("torch/**/*.pyc")]) != kept


def test_a_second_run_does_nothing(venv, monkeypatch):
    Path("pyproject.toml").write_text("")
    monkeypatch.setattr(install, "make_venv", pytest.fail)
    done = []
    monkeypatch.setattr(install, "put_torch", lambda *_: done.append("torch") or Path("constraints.txt"))
    monkeypatch.setattr(install, "run", lambda command, progress=None: done.append(command[-1]))
    everything = ["torch", ".[book]", "utils.common.torchtext_files", f"import {install.COMPILED}"]
    install.install("", ["book"], sys.executable)
    assert done == everything
    install.install("", ["book"], sys.executable)
    assert done == everything
    install.install("", ["dev"], sys.executable)  # what was installed before stays
    assert done[4:] == ["torch", ".[book,dev]", *everything[2:]]
    install.install("cpu", ["book"], sys.executable)
    install.install("", ["book"], sys.executable)
    assert len(done) == 12 and json.loads(install.DONE.read_text())["torch"] == "cpu"
    Path("requirements.txt").write_text(f"torch=={PINNED}\n")
    install.install("", ["book"], sys.executable)
    assert len(done) == 16
