"""What is wrong with a submission, before anything of it runs."""

import nbformat
import pytest

from utils.errors import UserError
from utils.grading.collect import collect
from utils.grading.submission import Submission, notebook_problem

NOTEBOOK = nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])).encode()


def test_a_notebook_has_no_problem():
    assert notebook_problem("a.ipynb", NOTEBOOK) is None


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (NOTEBOOK[:40], "is not JSON"),
        (b"\xff\xfe\x00", "is not UTF-8"),
        (b"[" * 100_000, "is nested too deeply"),
        (b"[1, 2]", "is JSON but not a notebook"),
        (b'{"a": 1}', "is JSON but not a notebook"),
        (NOTEBOOK.replace(b'"code"', b'"cod"'), "breaks the notebook format"),
    ],
)
def test_each_way_of_not_being_a_notebook_has_its_sentence(content, sentence):
    problem = notebook_problem("a.ipynb", content)
    assert sentence in problem and "hand it in again" in problem and "\n" not in problem


def test_a_missing_or_renamed_notebook_is_named_with_what_is_there():
    problem = Submission("ada", {"copy (1).ipynb": NOTEBOOK}).problem("work")
    assert problem.startswith("work.ipynb is missing (there is copy (1).ipynb)")
    assert "no notebook at all" in Submission("ada", {}).problem("work")


def test_the_digest_changes_with_names_and_bytes_alone():
    digests = {
        Submission(student, files).digest()
        for student, files in (
            ("ada", {"a.ipynb": b"1", "b.ipynb": b"2"}),
            ("bob", {"b.ipynb": b"2", "a.ipynb": b"1"}),
            ("ada", {"a.ipynb": b"2", "b.ipynb": b"1"}),
            ("ada", {"a.ipynb": b"12", "b.ipynb": b""}),
        )
    }
    assert len(digests) == 3


def test_both_layouts_are_collected_and_hidden_folders_left_alone(tmp_path):
    for path in ("ada/work.ipynb", "bob/01-tiny/work.ipynb", ".git/work.ipynb", "readme.txt"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(NOTEBOOK)
    found = collect(tmp_path, "01-tiny")
    assert [submission.student for submission in found] == ["ada", "bob"]
    assert all(submission.files == {"work.ipynb": NOTEBOOK} for submission in found)


def test_a_folder_without_submissions_is_refused(tmp_path):
    with pytest.raises(UserError, match="holds no sub-folders"):
        collect(tmp_path, "01-tiny")
    with pytest.raises(UserError, match="is not a folder"):
        collect(tmp_path / "nowhere", "01-tiny")
