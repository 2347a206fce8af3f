"""The guides: their commands exist, and the pages of the assignments say what the notebooks say."""

import re
import shlex
from pathlib import Path

import click
import pytest

from utils.book.extensions import assignments as pages
from utils.cli.main import course

ROOT = Path(__file__).parents[2]
GUIDES = sorted((ROOT / "book" / "guides").glob("*.md"))
NOTEBOOKS = sorted((ROOT / "assignments").glob("*/*.ipynb"))


def command_lines() -> list[str]:
    """Each ``course …`` of the guides, in a block of code or within a sentence."""
    found = []
    for guide in GUIDES:
        text = guide.read_text(encoding="utf-8")
        found += re.findall(r"^(?:\.venv/bin/)?course ([a-z].+)$", text, re.MULTILINE)
        found += re.findall(r"`(?:\.venv/bin/)?course ([a-z][^`…]*)`", text)
    return sorted(set(found))


@pytest.mark.parametrize("line", command_lines())
def test_a_command_of_the_guides_is_there_with_its_options(line):
    name, *words = shlex.split(line)
    command = course.commands[name]
    if not words:  # a sentence names it alone
        return
    with click.Context(command) as context:
        command.make_parser(context).parse_args(words)


def test_options_that_a_guide_explains_are_those_of_the_command_that_grades():
    text = (ROOT / "book" / "guides" / "instructors.md").read_text(encoding="utf-8")
    explained = re.findall(r"^\| `(--[a-z-]+)", text, re.MULTILINE)
    known = {option for parameter in course.commands["grade"].params for option in parameter.opts}
    assert len(explained) >= 8 and set(explained) <= known


def test_make_targets_of_the_guides_exist():
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for guide in GUIDES:
        for target in re.findall(r"^make (\w+)", guide.read_text(encoding="utf-8"), re.MULTILINE):
            assert target in targets


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_an_assignment_has_its_page(path):
    about = pages.read_assignment(path)
    page = (ROOT / "book" / "assignments" / f"{about.name}.md").read_text(encoding="utf-8")
    assert page.lower().startswith(f"# assignment {about.number}: {about.title.lower()}\n")
    assert f"```{{assignment}} {about.name}\n" in page
    assert sum(int(points) for _, _, points in about.tasks) == about.points
    assert (about.points, about.by_hand) == ((24, 4) if about.number == 8 else (20, 0))


def test_colab_is_linked_only_where_the_repository_is_public():
    about = pages.read_assignment(NOTEBOOKS[0])
    assert "colab" not in pages.assignment_page(about, about.name, "")
    assert "colab" not in pages.assignment_page(about, about.name, "https://example.org/me/it/blob/main")
    linked = pages.assignment_page(about, about.name, "https://github.com/me/it/blob/main")
    address = (
        f"https://colab.research.google.com/github/me/it/blob/main/assignments/{about.name}/{about.path.name}"
    )
    assert f"[open in Colab]({address})" in linked


def test_the_plan_adds_up_the_hours_that_pages_and_notebooks_state():
    about = pages.read_assignment(next(path for path in NOTEBOOKS if path.stem == "names"))
    assert about.hours == (3, 5)
    table = pages.semester(["9: read 6", "10: read 6, do 6"], [about], pages.reading_hours(ROOT / "book"))
    *_, first, second = table.splitlines()
    assert first == "| 9 | {doc}`/chapters/06-names/index` |  | 3 |"
    assert second.startswith("| 10 |") and second.endswith("| 7 |")
    assert [pages.halves(hours) for hours in (0, 0.5, 4.4, 5)] == ["", "½", "4½", "5"]


def test_a_notebook_without_its_table_is_told_in_one_sentence(tmp_path):
    import nbformat

    path = tmp_path / "tiny.ipynb"
    nbformat.write(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Assignment 1: x\n")]), path
    )
    with pytest.raises(ValueError, match=r"tiny\.ipynb needs its title"):
        pages.read_assignment(path)
