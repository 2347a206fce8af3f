"""The table of the documents' systems names what exists, and all of it."""

import operator
import re
from pathlib import Path

from utils import models

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TABLE = Path(models.__file__).parent / "SYSTEMS.md"
ROW = r"^\|[^|]*\| `([\w.]+)` \| `([\w.]+)` \| ([\d, ]+) \|$"  # class, test, chapters
ROWS = re.findall(ROW, TABLE.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_class_and_every_test_of_the_table_exists():
    assert len(ROWS) == TABLE.read_text(encoding="utf-8").count("\n| ") - 1  # all rows but the head
    for name, test, _ in ROWS:
        assert callable(operator.attrgetter(name)(models))
        text = (HERE / test).read_text(encoding="utf-8")
        assert name.rpartition(".")[2] in text, f"{test} does not mention {name}"


def test_every_row_names_pages_of_its_chapters():
    titles = {}
    for page in (ROOT / "book" / "chapters").glob("*/*.md"):
        title = re.search(r"^# (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)[1]
        titles.setdefault(int(page.parent.name[:2]), set()).add(title.replace("`", ""))
    for what, chapters in re.findall(
        r"^\|([^|]*)\| `.*\| ([\d, ]+) \|$", TABLE.read_text("utf-8"), re.MULTILINE
    ):
        named = {
            int(number): set(re.findall(r"\*([^*]+)\*", pages))
            for number, pages in re.findall(r"[(;] ?(\d): (\*[^;]*?\*)(?=[;)])", what)
        }
        assert sorted(named) == [int(number) for number in chapters.split(",")], what
        for number, pages in named.items():
            assert pages <= titles[number], f"chapter {number} has no page {pages - titles[number]}"


def test_every_model_stands_in_the_table():
    helpers = {"Memory", "decoding"}
    assert set(models.__all__) - helpers <= {name for name, _, _ in ROWS}
