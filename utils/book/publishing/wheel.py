"""What the site gives to download: the course's wheel, and all of it in one zip."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import nbformat

from utils.common.address import wheel_name
from utils.common.errors import UserError
from utils.grading.answer_key import MARK, texts_digest

# the time of each file in an archive, so that the same files give the same bytes
LONG_AGO = (2020, 1, 1, 0, 0, 0)
BACKEND = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
OFFLINE = "course-offline.zip"
READ_ME = """\
{wheel} is the course's package, assignments/ holds its notebooks.

python3 -m venv course
course/bin/python -m pip install torch --index-url https://download.pytorch.org/whl/cpu
course/bin/python -m pip install -c requirements.txt {wheel}
course/bin/jupyter lab assignments

The second line is for Linux without an NVIDIA GPU. On Windows, write course\\Scripts\\ for course/bin/.
The book's page "For students" tells the rest.
"""


def build_wheel(root: Path, to: Path) -> Path:
    """Build the course's wheel from ``root`` into ``to``, without a network; where it lies.

    Raises:
        UserError: the build failed; its last line is told.
    """
    with tempfile.TemporaryDirectory() as scratch:
        copy, built = Path(scratch) / "course", Path(scratch) / "wheel"
        # the build leaves files beside its sources, and takes up what an earlier one has left there
        shutil.copytree(root / "utils", copy / "utils", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(root / name, copy)
        built.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", BACKEND, str(built)],
            cwd=copy,
            env=os.environ | {"SOURCE_DATE_EPOCH": "1577836800"},  # LONG_AGO
            capture_output=True,
            text=True,
        )
        wheel = built / wheel_name()
        if not wheel.exists():
            said = (done.stderr or done.stdout).strip().splitlines() or ["setuptools does not say why"]
            raise UserError(f"the course's wheel was not built: {said[-1]}")
        to.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(wheel, to))


def zip_for_offline(root: Path, wheel: Path, to: Path) -> Path:
    """Write the wheel, the released assignments and the requirements into one zip in the folder ``to``."""
    target = to / OFFLINE
    files = {wheel.name: wheel.read_bytes(), "README.txt": READ_ME.format(wheel=wheel.name).encode()}
    for path in [root / "requirements.txt", *released_notebooks(root)]:
        files[path.relative_to(root).as_posix()] = path.read_bytes()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(f"course/{name}", LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return target


def released_notebooks(root: Path) -> list[Path]:
    """The students' notebooks, in order.

    Raises:
        UserError: somebody has worked in one, so that the site would give away answers.
    """
    paths = sorted((root / "assignments").glob("*/*.ipynb"))
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        if notebook.metadata.get(MARK) != texts_digest(notebook):
            raise UserError(
                f"{path.relative_to(root)} has been worked in, and the site would give that to everybody: "
                "move it elsewhere, and run `course release` (without solutions/: `git checkout assignments`)"
            )
    return paths
