"""A wrong Python gets one sentence before anything is made."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HERE = shlex.quote(sys.executable)  # the `python3` of this machine may lie where not everybody may read

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make on this machine")


def make(folder: Path, python: Path | str) -> subprocess.CompletedProcess:
    needed = ("common/__init__", "common/errors", "setup/__init__", "setup/install", "setup/torch_build")
    for name in ("Makefile", "requirements.txt", "pyproject.toml", *(f"utils/{part}.py" for part in needed)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    # these tests run inside `make test`, of which it must not know
    command = ["make", "venv", f"PYTHON={python}"]
    return subprocess.run(command, cwd=folder, env=outside, capture_output=True, text=True)


def test_a_python_that_is_not_there(tmp_path):
    outcome = make(tmp_path, "no-such-python")
    assert outcome.returncode != 0
    assert outcome.stdout.startswith("make: there is no no-such-python; install Python 3.10 or later")
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize("version", [(2, 7), (3, 9)])
def test_a_python_of_another_version(tmp_path, version):
    python = tmp_path / "python"  # stands in for one: it answers what sys.version_info would
    python.write_text(
        "#!/bin/sh\n"
        f'exec {HERE} -c "import sys; sys.version_info = {version} + (0,); exec(sys.argv[1])" "$2"\n'
    )
    python.chmod(0o755)
    outcome = make(tmp_path, python)
    assert outcome.returncode != 0
    sentence = f"make: this is Python {version[0]}.{version[1]}; the course needs 3.10 or later"
    assert sentence in outcome.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_python_without_venv(tmp_path):
    """As Debian's is before python3-venv is installed."""
    python = tmp_path / "python"
    python.write_text(
        "#!/bin/sh\n"
        f'[ "$2" = venv ] || exec {HERE} "$@"\n'
        'echo "The virtual environment was not created successfully because ensurepip is not available."\n'
        "exit 1\n"
    )
    python.chmod(0o755)
    outcome = make(tmp_path, python)
    assert outcome.returncode != 0
    assert "install: this Python lacks venv" in outcome.stderr and "Traceback" not in outcome.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_belongs_to_another_user(tmp_path):
    python = tmp_path / "python"
    python.write_text(
        f'#!/bin/sh\n[ "$2" = venv ] || exec {HERE} "$@"\n'
        'chmod 555 .\necho "Error: [Errno 13] Permission denied"\nexit 1\n'
    )
    python.chmod(0o755)
    outcome = make(tmp_path, python)
    tmp_path.chmod(0o755)
    assert "install: you may not write in" in outcome.stderr and "Traceback" not in outcome.stderr
