"""Building the book: strict, and only what changed is executed again."""

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from utils.book import build
from utils.common import files
from utils.common.errors import UserError

ROOT = Path(__file__).parents[2]

HEADER = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# A page

"""
PAGE = (
    HEADER
    + """```{code-cell} ipython3
import time

from utils.device import best_device

print(f"run at {time.time_ns()} on {best_device().type}")
```
"""
)
FIGURE = (
    HEADER
    + """```{code-cell} ipython3
:tags: [remove-input]
import matplotlib.pyplot as plt

plt.plot([1, 2])
plt.show()
```
"""
)


def make_course(root: Path, page: str) -> Path:
    """A course with a book of one page and a copy of the package that may be edited."""
    for folder in ("book", "solutions"):
        (root / folder).mkdir()
    (root / "book" / "index.md").write_text(page)
    (root / "book" / "_toc.yml").write_text("format: jb-book\nroot: index\n")
    (root / "book" / "references.bib").write_text("")
    shutil.copy(ROOT / "book" / "_config.yml", root / "book")
    shutil.copytree(ROOT / "book" / "_static", root / "book" / "_static")
    shutil.copy(ROOT / "requirements.txt", root)
    shutil.copytree(ROOT / "utils", root / "utils", ignore=shutil.ignore_patterns("__pycache__"))
    return root


def built(root: Path) -> subprocess.CompletedProcess:
    """`course book` with the package in ``root``."""
    return subprocess.run(
        [sys.executable, "-m", "utils.cli.main", "book"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
    )


def time_of_run(root: Path) -> str:
    page = (root / "build" / "book" / "_build" / "html" / "index.html").read_text()
    return re.search(r"run at (\d+)", page).group(1)


@pytest.mark.slow
def test_only_an_edit_that_a_page_can_see_runs_it_again(tmp_path):
    root = make_course(tmp_path, PAGE)
    outcome = built(root)
    assert outcome.returncode == 0, outcome.stderr
    assert re.search(r"^book/index: \d+ s$", outcome.stdout, re.MULTILINE)
    assert "Executing notebook" not in outcome.stdout + outcome.stderr  # not a second time, by Jupyter Book
    first = time_of_run(root)
    with (root / "utils" / "checks.py").open("a") as module:
        module.write("\n# an edit that the page does not import\n")
    style = root / "book" / "_static" / "course.css"
    style.write_text(edited := style.read_text(encoding="utf-8") + "\n/* new */\n", encoding="utf-8")
    assert built(root).returncode == 0
    assert time_of_run(root) == first
    (shown,) = (root / "build" / "book" / "_build" / "html").rglob("course.css")
    assert shown.read_text(encoding="utf-8") == edited
    with (root / "utils" / "device.py").open("a") as module:
        module.write("\n# an edit that the page imports\n")
    assert built(root).returncode == 0
    assert time_of_run(root) != first


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "reasons"),
    [
        (HEADER + "```{code-cell} ipython3\n1 / 0\n```\n", ["ZeroDivisionError"]),
        (HEADER + "```{code-cell} ipython3\nimport sys\nsys.stderr.write('hm')\n```\n", ["stderr"]),
        (
            HEADER + "See {ref}`nowhere`, and $\\nowhere$.\n",
            ["undefined label", "Undefined control sequence \\nowhere"],
        ),
        (FIGURE, ["has no alternative text"]),
    ],
    ids=["raising cell", "stderr", "broken reference and formula", "figure without alternative text"],
)
def test_a_flaw_fails_the_build_each_time(tmp_path, page, reasons):
    root = make_course(tmp_path, page)
    for _ in range(2):  # what failed once must not pass for done
        outcome = built(root)
        assert outcome.returncode == 1
        assert all(reason in outcome.stdout + outcome.stderr for reason in reasons)
        assert outcome.stderr.rstrip().splitlines()[-1].startswith(("course: ", "index.html: "))


@pytest.mark.slow
def test_a_build_that_is_stopped_goes_on_with_the_page_that_it_was_at(tmp_path, interruptible):
    root = make_course(tmp_path, PAGE)
    (root / "book" / "_toc.yml").write_text("format: jb-book\nroot: index\nchapters:\n- file: next\n")
    waiting, done = tmp_path / "waiting", tmp_path / "done"
    code = (
        "import pathlib, time\n"
        "from utils.device import best_device\n"
        f"pathlib.Path({str(waiting)!r}).touch()\n"
        f"while not pathlib.Path({str(done)!r}).exists():\n"
        "    time.sleep(0.1)\n"
    )
    (root / "book" / "next.md").write_text(f"{HEADER}```{{code-cell}} ipython3\n{code}```\n")
    stopped = subprocess.Popen(
        [sys.executable, "-m", "utils.cli.main", "book"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert re.match(r"book/index: \d+ s$", stopped.stdout.readline())  # the other page waits
    while not waiting.exists():
        assert stopped.poll() is None
        time.sleep(0.1)
    before = time.time_ns()
    os.killpg(stopped.pid, signal.SIGINT)
    assert "course: stopped" in stopped.communicate(timeout=60)[1]
    assert stopped.returncode == 1
    done.touch()
    outcome = built(root)
    assert outcome.returncode == 0, outcome.stderr
    assert int(time_of_run(root)) < before


def test_a_page_depends_on_what_its_modules_import(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        HEADER + "```{code-cell} ipython3\n%matplotlib inline\nfrom utils.book import build as b\n```\n"
    )
    modules = build.imported_modules(page)
    assert {"utils.book.build", "utils.common.files", "utils.common.errors"} <= modules
    assert "utils.checks" not in modules


def test_a_page_in_a_folder_depends_on_the_numbers_beside_it(tmp_path):
    folder = tmp_path / "book" / "chapters" / "one"
    folder.mkdir(parents=True)
    (tmp_path / "requirements.txt").touch()
    (folder / "page.md").write_text(PAGE)
    (folder / "measured.json").write_text("1")
    first = build.page_digests(tmp_path)
    assert list(first) == ["chapters/one/page.md"]
    (folder / "measured.json").write_text("2")
    assert build.page_digests(tmp_path) != first


def test_a_page_depends_on_the_numbers_that_it_names_elsewhere(tmp_path):
    folder = tmp_path / "book" / "chapters" / "one"
    folder.mkdir(parents=True)
    (tmp_path / "requirements.txt").touch()
    (tmp_path / "book" / "reached.json").write_text("1")
    (folder / "page.md").write_text(PAGE + '\n```{code-cell} ipython3\nopen("../../reached.json")\n```\n')
    first = build.page_digests(tmp_path)
    (tmp_path / "book" / "reached.json").write_text("2")
    assert build.page_digests(tmp_path) != first


def test_site_problems_are_found_in_articles_alone(tmp_path):
    page = (
        '<img src="logo.svg"><script src="https://example.org/x.js"></script>'
        '<article><img src="a.png" alt="a.png"><img src="b.png" alt="The sine wave"></article>'
    )
    (tmp_path / "index.html").write_text(page)
    found = build.site_problems(tmp_path)
    assert found == [
        "index.html: the page fetches https://example.org/x.js, which a reader without a network cannot",
        "index.html: the image a.png has no alternative text",
    ]


def test_pages_without_code_of_ours_have_no_digest():
    digests = build.page_digests(ROOT)
    assert "bibliography.md" not in digests
    assert all(digest.endswith("default") for digest in digests.values())
    assert json.loads(json.dumps(digests)) == digests


def test_a_full_disk_is_told_in_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "book").mkdir()
    (tmp_path / "requirements.txt").touch()
    monkeypatch.setattr(build, "run_jupyter_book", lambda *arguments: False)
    monkeypatch.setattr(build, "is_full", lambda folder: folder == tmp_path / "build")
    with pytest.raises(UserError, match="build is full; make room and run again: nothing is lost"):
        build.build_book(tmp_path, tmp_path / "build")


def test_a_folder_that_finds_no_room_stays_as_it_was(tmp_path, monkeypatch):
    for name in ("fresh", "old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "page").write_text(name)

    def copy(source, to):
        Path(to).mkdir()
        raise shutil.Error([(source, to, "[Errno 28] No space left on device")])

    monkeypatch.setattr(files.shutil, "copytree", copy)
    monkeypatch.setattr(files, "is_full", lambda folder: True)
    with pytest.raises(OSError, match="old") as caught:
        files.replace_folder(tmp_path / "fresh", tmp_path / "old")
    assert caught.value.errno == errno.ENOSPC
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["fresh", "old", "page", "page"]
    assert (tmp_path / "old/page").read_text() == "old"


def test_the_home_page_states_the_hours_that_the_chapters_add_up_to():
    home = (ROOT / "book" / "index.md").read_text(encoding="utf-8")
    stated = dict(re.findall(r"\]\((chapters/.+?)\) .* \| ([\d½]+) \|$", home, re.MULTILINE))
    assert len(stated) == 8
    for page, hours in stated.items():
        minutes = re.findall(r"\| (\d+) min", (ROOT / "book" / page).read_text(encoding="utf-8"))
        halves = round(sum(map(int, minutes)) / 30)
        assert hours == f"{halves // 2}{'½' * (halves % 2)}", page


def test_a_chapter_gives_its_assignment_the_time_that_the_assignment_gives_itself():
    hours = re.compile(r"(?:which takes|Expect) (\w+ to \w+) hours")
    for folder in sorted((ROOT / "solutions").glob("[0-9]*")):
        (source,) = folder.glob("*.py")
        (chapter,) = (ROOT / "book" / "chapters").glob(f"{folder.name[:2]}-*")
        said = hours.findall((chapter / "index.md").read_text(encoding="utf-8"))
        assert said in ([], hours.findall(source.read_text(encoding="utf-8").replace("\n# ", " "))), (
            folder.name
        )


def test_what_a_killed_build_left_half_done_is_forgotten(tmp_path):
    """A page that is noted and not there would stop each build after it."""
    import nbformat
    from jupyter_cache import get_cache
    from jupyter_cache.base import CacheBundleIn

    cache = get_cache(tmp_path / "cache")
    kept = {}
    for name in ("whole", "gone", "short"):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"{name} = 1")])
        record = cache.cache_notebook_bundle(CacheBundleIn(notebook, name), check_validity=False)
        kept[name] = next((tmp_path / "cache" / "executed" / record.hashkey).glob("*.ipynb"))
    shutil.rmtree(kept["gone"].parent)
    kept["short"].write_text(kept["short"].read_text()[:20])
    build.forget_halves(cache)
    assert [record.uri for record in cache.list_cache_records()] == ["whole"]
    assert kept["whole"].exists() and not kept["short"].exists()
