"""A new release takes nobody's work away."""

from pathlib import Path

import nbformat
import pytest

from utils.authoring.kept_work import put_release
from utils.grading.answer_key import MARK, texts_digest


def write(path: Path, *sources: str, marked: bool = True) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in sources])
    if marked:
        notebook.metadata[MARK] = texts_digest(notebook)
    nbformat.write(notebook, path)
    return path


@pytest.fixture
def place(tmp_path) -> tuple[Path, Path, Path]:
    """A fresh release, the folder that it goes to, and where work is kept."""
    write(tmp_path / "fresh/01/work.ipynb", "a = ...", "test")
    put_release(tmp_path / "fresh/01", tmp_path / "assignments/01", tmp_path / "kept")
    return tmp_path / "fresh/01", tmp_path / "assignments/01", tmp_path / "kept"


def edit(path: Path, old: str, new: str) -> str:
    path.write_text(path.read_text().replace(old, new))
    return path.read_text()


def test_releasing_again_changes_nothing_and_leaves_work_as_it_is(place):
    fresh, folder, kept = place
    assert put_release(fresh, folder, kept) == (False, [])
    mine = edit(folder / "work.ipynb", "a = ...", "a = 42")
    changed, said = put_release(fresh, folder, kept)
    assert not changed and len(said) == 1 and "stays as it is" in said[0]
    assert (folder / "work.ipynb").read_text() == mine and not kept.exists()


def test_a_new_release_replaces_a_clean_notebook_and_keeps_a_copy_of_work(place):
    fresh, folder, kept = place
    write(fresh / "work.ipynb", "a = ...", "another test")
    assert put_release(fresh, folder, kept) == (True, []) and not kept.exists()
    mine = edit(folder / "work.ipynb", "a = ...", "a = 42")
    write(fresh / "work.ipynb", "a = ...", "a third test")
    changed, said = put_release(fresh, folder, kept)
    (copy,) = kept.rglob("*.ipynb")
    assert changed and copy.read_text() == mine and str(copy) in said[0]
    assert "a third test" in (folder / "work.ipynb").read_text()


def test_work_whose_editor_dropped_the_mark_is_kept_too(place):
    fresh, folder, kept = place
    write(folder / "work.ipynb", "a = 42", "test", marked=False)
    put_release(fresh, folder, kept)
    assert [path.read_text().count("a = 42") for path in kept.rglob("*.ipynb")] == [1]
    write(folder / "work.ipynb", "a = ...", "test", marked=False)  # not worked in
    assert put_release(fresh, folder, kept) == (True, [])


def test_files_of_somebodys_own_are_kept_and_old_releases_are_not(place):
    fresh, folder, kept = place
    (folder / "notes.txt").write_text("mine")
    (folder / "work-Copy1.ipynb").write_text("not a notebook")
    write(folder / "old-name.ipynb", "released earlier")
    changed, said = put_release(fresh, folder, kept)
    assert changed and len(said) == 2
    assert sorted(path.read_text() for path in kept.rglob("*.*") if path.is_file()) == [
        "mine",
        "not a notebook",
    ]
    assert [path.name for path in folder.iterdir()] == ["work.ipynb"]
