"""The public part of the course works, and gives nothing of the private part away."""

import gzip
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from utils.authoring.release import find_assignment, is_public, release
from utils.book.publishing import public, secrets
from utils.common.errors import UserError

ROOT = Path(__file__).parents[2]
SOURCE = '''\
# %% [markdown]
# # Assignment 1: the sum

# %% task="total"
def total(numbers):
    """The sum of the numbers that are not negative, by a loop over them."""
    ### BEGIN SOLUTION
    found = 0
    for number in numbers:
        if number >= 0:
            found = found + number  # the others are left out, as the formula says
    return found
    ### END SOLUTION

# %% test="total" checks="small" points=2
assert total([1, 2]) == 3
### BEGIN HIDDEN TESTS
for wanted, numbers in ((0, []), (0, [-1, -2, -3]), (7, [7, -7]), (12, [3, 4, 5, -6])):
    assert total(numbers) == wanted, "what a student must not read before the work is handed in, nor guess"
assert total([10**9, 10**9]) == 2 * 10**9, "large numbers are added up like small ones, without a limit"
### END HIDDEN TESTS
'''
WRONG = """\
# ---
# jupyter:
#   course:
#     misconception: Negative numbers are added up as if their sign did not matter at all.
#     keeps:
#       total: [0, 1]
# ---

# %% task="total"
def total(numbers):
    return sum(abs(number) for number in numbers)
"""
SOLUTION = SOURCE[SOURCE.index("def total") : SOURCE.index("# %% test")].replace("### END SOLUTION", "")
SOLUTION = SOLUTION.replace("    ### BEGIN SOLUTION\n", "")
HIDDEN = SOURCE[SOURCE.index("for wanted") : SOURCE.index("### END HIDDEN")]
SENTENCE = "Negative numbers are added up as if their sign did not matter at all."


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("course")
    folder = root / "solutions" / "01-sum"
    (folder / "wrong").mkdir(parents=True)
    (folder / "right").mkdir()
    (folder / "sum.py").write_text(SOURCE)
    (folder / "wrong" / "sign.py").write_text(WRONG)
    for name in (*public.FOLDERS, ".github/workflows"):
        (root / name).mkdir(parents=True)
    for name in public.FILES:
        (root / name).touch()
    (root / "README.md").write_text("# Course\n\n## Two commands\n\nGrade.\n\n## Credits\n\nAll.\n")
    release([find_assignment(root, "1")], root / "build/source", root / "assignments")
    return root


def notebook(text: str) -> bytes:
    cell = {"cell_type": "code", "source": text.splitlines(keepends=True), "outputs": []}
    return json.dumps({"cells": [cell]}).encode()


def zipped(name: str, content: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
    return archive.getvalue()


@pytest.mark.parametrize(
    "hide",
    [
        str.encode,
        notebook,
        lambda text: zipped("inner.whl", zipped("module.py", text.encode())),
        lambda text: gzip.compress(text.encode()),
        lambda text: b"SQLite\0\xff" + json.dumps({"answer": text}).encode() + b"\0\xfe",
        lambda text: re.sub(r"(\w+)", r'<span class="n">\1</span>', text.replace("<", "&lt;")).encode(),
        lambda text: text.replace("\n", "\r\n\t").encode(),
    ],
    ids=["text", "notebook", "archive in an archive", "gzip", "database", "highlighted HTML", "other indent"],
)
@pytest.mark.parametrize("secret", [SOLUTION, HIDDEN, SENTENCE], ids=["solution", "hidden test", "sentence"])
def test_what_is_private_is_found_wherever_it_hides(course, tmp_path, hide, secret):
    (tmp_path / "innocent.md").write_text("A loop adds the numbers up.\nfound = 0\n")
    (tmp_path / "guilty").write_bytes(hide(f"before\n{secret}\nafter"))
    found = secrets.find_secrets(course, tmp_path)
    assert found and all(sentence.startswith("guilty") for sentence in found)


def test_a_mark_alone_is_found_and_the_name_of_one_is_not(course, tmp_path):
    (tmp_path / "a.py").write_text('"""Between ``### BEGIN SOLUTION`` and ``### END SOLUTION``."""\n')
    assert secrets.find_secrets(course, tmp_path) == []
    (tmp_path / "b.py").write_text("x = 1\n    ### BEGIN HIDDEN TESTS\n")
    assert secrets.find_secrets(course, tmp_path) == ["b.py holds a mark of a solution or of hidden tests"]


def test_a_secret_in_a_page_stops_it_before_anything_is_written(course, tmp_path):
    page = course / "book" / "page.md"
    page.write_text(f"One forgets this:\n{SOLUTION}")
    try:
        with pytest.raises(UserError, match=r"book/page\.md holds a solution of 01-sum"):
            public.write_public(course, tmp_path / "to")
    finally:
        page.unlink()
    assert list((tmp_path / "to").iterdir()) == []


def test_it_fills_an_empty_clone_and_refuses_another_folder(course, tmp_path):
    (tmp_path / ".git").mkdir()
    written = public.write_public(course, tmp_path)
    assert written == len(public.FILES) + 2  # the notebook, and the README
    readme = (tmp_path / "README.md").read_text()
    assert "make course" in readme and "Grade" not in readme and readme.endswith("## Credits\n\nAll.\n")
    assert is_public(tmp_path) and not is_public(course)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UserError, match="is not empty; name a new folder, or an empty one"):
        public.write_public(course, tmp_path)
    assert sorted(tmp_path.rglob("*")) == before
    with pytest.raises(UserError, match="this is the public part of the course"):
        public.write_public(tmp_path, tmp_path / "again")


@pytest.mark.slow
def test_the_public_part_of_this_course_works_and_has_no_private_file(tmp_path):
    to = tmp_path / "public"
    public.write_public(ROOT, to)
    names = {path.relative_to(to).as_posix() for path in to.rglob("*")}
    assert not {name for name in names if re.match(r"(solutions|tests|build|\.git)(/|$)", name)}
    assert not {name for name in names if "__pycache__" in name or name.endswith(".egg-info")}
    flat = {path: " ".join(path.read_text("utf-8").split()) for path in to.rglob("*") if path.is_file()}
    sentences = re.compile(r"^#     misconception: (.{50,})$", re.MULTILINE)
    said = [
        s for path in ROOT.glob("solutions/*/wrong/*.py") for s in sentences.findall(path.read_text("utf-8"))
    ]
    assert len(said) > 200
    assert not [path for path, text in flat.items() for sentence in said if sentence in text]
    for path in to.glob("*.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8")):
            assert (to / link).exists(), f"{path.name} links to {link}"

    def answer(*command: str) -> str:
        outcome = subprocess.run(
            [sys.executable, "-m", "utils.cli.main", *command],
            cwd=to,
            env=os.environ | {"PYTHONPATH": str(to)},
            capture_output=True,
            text=True,
        )
        assert "Traceback" not in outcome.stderr
        return outcome.stdout + outcome.stderr

    assert "The book:" in answer("where") and "which grading needs" in answer("where")
    assert answer("grade", "1", "book").startswith(
        "course: this is the public part of the course; solutions/"
    )
    if shutil.which("make"):
        plan = subprocess.run(["make", "-n", "course"], cwd=to, capture_output=True, text=True).stdout
        assert "course book" in plan and "course release" not in plan and "course grade" not in plan
