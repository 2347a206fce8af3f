"""A wrong Python gets one sentence before anything is made."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make on this machine")


def make(folder: Path, python: Path | str) -> subprocess.CompletedProcess:
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = [
        "make",
        "venv",
        f"PYTHON={python}",
    ]  # these tests run inside `make test`, of which it must not know
    return subprocess.run(command, cwd=folder, env=outside, capture_output=True, text=True)


def test_a_python_that_is_not_there(tmp_path):
    outcome = make(tmp_path, "no-such-python")
    assert outcome.returncode != 0
    assert outcome.stdout.startswith("make: there is no no-such-python; install Python 3.10, 3.11 or 3.12")
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize("version", [(3, 9), (3, 13)])
def test_a_python_of_another_version(tmp_path, version):
    python = tmp_path / "python"  # stands in for one: it answers what sys.version_info would
    python.write_text(
        "#!/bin/sh\n"
        f'exec python3 -c "import sys; sys.version_info = {version} + (0,); exec(sys.argv[1])" "$2"\n'
    )
    python.chmod(0o755)
    outcome = make(tmp_path, python)
    assert outcome.returncode != 0
    sentence = f"make: this is Python {version[0]}.{version[1]}; the course needs 3.10, 3.11 or 3.12"
    assert sentence in outcome.stderr
    assert not (tmp_path / ".venv").exists()
