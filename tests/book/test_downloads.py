"""What the site gives to download, and what a notebook says where the course is not installed."""

import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from utils.book.publishing import wheel as downloads
from utils.common import address
from utils.common.errors import UserError

ROOT = Path(__file__).parents[2]


def make_root(root: Path, baseurl: str) -> Path:
    (root / "book").mkdir()
    (root / "book" / "_config.yml").write_text(f'html:\n  baseurl: "{baseurl}"\n')
    return root


def said_by(folder: Path, *path: Path) -> str:
    """What the cell in ``folder`` writes to stderr, run there with no packages but those in ``path``."""
    code = "import sys; sys.path[:] = [p for p in sys.path if 'site-packages' not in p]\n"
    code += f"sys.path += {list(map(str, path))}\n" + (folder / "cell.py").read_text()
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=folder, capture_output=True, text=True)
    return done.stderr


@pytest.mark.parametrize("baseurl", ["", "https://example.org/course"])
def test_a_notebook_says_how_to_get_the_course(tmp_path, baseurl):
    code = address.course_cell(make_root(tmp_path, baseurl))
    (tmp_path / "cell.py").write_text(code)
    said = said_by(tmp_path)
    where = f"{baseurl}/downloads/" if baseurl else ""
    assert said.endswith(f"\n%pip install {where}{address.wheel_name()}\n")
    assert said.count("Traceback") == 1 and "restart the kernel" in said
    assert ("For students" in said) == (not baseurl)


def test_a_file_that_hides_the_course_is_named(tmp_path):
    (tmp_path / "cell.py").write_text(address.course_cell(make_root(tmp_path, "")))
    (tmp_path / "utils.py").write_text("x = 1\n")
    said = said_by(tmp_path)
    assert f"{tmp_path / 'utils.py'} hides the course's package" in said and "%pip" not in said


def test_where_the_course_is_installed_the_cell_is_quiet(tmp_path):
    (tmp_path / "cell.py").write_text(address.course_cell(make_root(tmp_path, "")))
    package = tmp_path / "site" / "utils"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "checks.py").touch()
    assert said_by(tmp_path, tmp_path / "site") == ""


def test_every_released_notebook_begins_with_that_cell():
    for path in downloads.released_notebooks(ROOT):
        first = next(c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code")
        assert first.source == address.course_cell(ROOT)
        assert first.metadata.nbgrader.locked and not first.metadata.nbgrader.grade


def test_the_page_for_students_names_the_wheel():
    text = (ROOT / "book" / "guides" / "students.md").read_text(encoding="utf-8")
    assert f"\n# {address.GUIDE}\n" in text and f"downloads/{address.wheel_name()}" in text


@pytest.mark.slow
def test_the_wheel_and_the_zip_hold_the_course_and_no_solution(tmp_path):
    wheel = downloads.build_wheel(ROOT, tmp_path)
    again = downloads.build_wheel(ROOT, tmp_path / "again")
    assert wheel.name == address.wheel_name() and wheel.read_bytes() == again.read_bytes()
    packed = downloads.zip_for_offline(ROOT, wheel, tmp_path)
    with zipfile.ZipFile(wheel) as archive:
        modules = {name for name in archive.namelist() if name.endswith(".py")}
    assert modules == {path.relative_to(ROOT).as_posix() for path in (ROOT / "utils").rglob("*.py")}
    with zipfile.ZipFile(packed) as archive:
        names = archive.namelist()
        text = b"".join(map(archive.read, names))
    assert sum(name.endswith(".ipynb") for name in names) == len(downloads.released_notebooks(ROOT)) == 8
    assert b"BEGIN HIDDEN TESTS" not in text and b"BEGIN SOLUTION" not in text


def test_work_in_a_released_notebook_is_not_given_away(tmp_path):
    folder = tmp_path / "assignments" / "01-tiny"
    folder.mkdir(parents=True)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("answer = 42")])
    nbformat.write(notebook, folder / "tiny.ipynb")
    with pytest.raises(UserError, match="has been worked in"):
        downloads.released_notebooks(tmp_path)


def test_a_wheel_that_cannot_be_built_is_told_in_one_sentence(tmp_path):
    (tmp_path / "utils").mkdir()
    for name in ("README.md", "LICENSE", "pyproject.toml"):
        (tmp_path / name).write_text("[build-system\n")
    with pytest.raises(UserError, match=r"wheel was not built: .*TOML"):
        downloads.build_wheel(tmp_path, tmp_path / "to")
