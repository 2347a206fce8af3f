"""The answer key: made once, written down, and made anew when what it is of has changed."""

import json
from dataclasses import asdict

import nbformat
import pytest
from gradebook_course import TINY, write_source

from utils.common.errors import UserError
from utils.grading import answer_key
from utils.grading.answer_key import key_of, read_release, write_key

LIBRARY = {"variants": [{"name": "wrong/one"}]}


@pytest.fixture
def source(tmp_path):
    folder = write_source(tmp_path / TINY)
    (folder / "data.bin").write_bytes(b"\xff\x00")
    return folder


def test_what_was_written_down_is_what_would_be_made(source, monkeypatch):
    made = read_release(source)
    write_key(source, {})
    monkeypatch.setattr(answer_key, "make_key", lambda *_: pytest.fail("it is not made twice"))
    assert asdict(read_release(source)) == asdict(made)
    assert read_release(source, timeout=3).timeout == 3
    assert made.files == {"data.bin": b"\xff\x00"}


def test_neither_hidden_tests_nor_solutions_are_in_what_students_get(source):
    key = read_release(source)
    assert "assert 1" in key.cells["double-hard"]["source"] and "assert 1" not in json.dumps(key.student)
    assert "2 * x" not in json.dumps([key.student, key.cells])
    assert key.visible["double-hard"] == "assert double(-1) == -2"


def test_an_edit_of_the_source_or_beside_it_makes_the_key_anew_and_keeps_the_wrong_answers(source):
    key = write_key(source, LIBRARY)
    assert read_release(source).library == LIBRARY
    notebook = nbformat.read(source / "numbers.ipynb", as_version=4)
    notebook.cells[2].source = "assert double(5) == 10"
    nbformat.write(notebook, source / "numbers.ipynb")
    edited = read_release(source)
    assert edited.cells["double-easy"]["source"] == "assert double(5) == 10"
    assert edited.library == LIBRARY and edited.digest != key.digest
    (source / "data.bin").write_bytes(b"")
    assert read_release(source).digest not in (edited.digest, key.digest)


def test_the_key_lies_beside_what_goes_out_to_students(source):
    write_key(source, LIBRARY)
    assert key_of(source).parent == source.parent and "wrong/one" in key_of(source).read_text()
    assert not [path for path in source.rglob("*") if path.suffix == ".json"]


def test_a_damaged_key_is_named_and_not_made_anew_without_its_wrong_answers(source):
    write_key(source, LIBRARY)
    key_of(source).write_bytes(key_of(source).read_bytes()[:100])
    with pytest.raises(UserError, match=r"01-tiny.key.json is damaged; run `course release` again"):
        read_release(source)
