"""The questions of the quizzes as flash cards for Anki, from the same files as those of the pages."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from utils.book.extensions.quiz import LETTERS, read_quiz
from utils.common.address import configuration
from utils.common.errors import UserError

STYLE = """
.card { font: 19px/1.5 system-ui, sans-serif; color: #14202e; background: #fff; text-align: left; }
.nightMode .card, .card.nightMode { color: #dce2ea; background: #12161d; }
li { margin: 0.4em 0; list-style: none; }
ul { padding-left: 0; }
.right { border-left: 0.25em solid #0072b2; padding-left: 0.6em; }
"""


def write_cards(root: Path, to: Path) -> tuple[Path, int]:
    """Write a deck with a part for each chapter into the file ``to``; it, and its cards.

    A card keeps its identity as long as its question does, and with it what a learner's program knows of it.
    """
    try:
        import genanki
    except ImportError:
        raise UserError(
            "flash cards need genanki: run `.venv/bin/python -m pip install -c requirements.txt "
            '-e ".[book,cards]"`'
        ) from None
    title = configuration(root)["title"]
    template = {"name": "Question", "qfmt": "{{Question}}", "afmt": "{{Answer}}"}
    model = genanki.Model(
        number(title),
        title,
        fields=[{"name": "Question"}, {"name": "Answer"}],
        templates=[template],
        css=STYLE,
    )
    decks = []
    for path in sorted(root.glob("book/chapters/*/quiz.yml")):
        chapter = path.parent.name
        deck = genanki.Deck(number(chapter), f"{title}::{chapter.replace('-', ' ')}")
        for question in read_quiz(path):
            guid = genanki.guid_for(chapter, " ".join(question["question"].split()))
            deck.add_note(genanki.Note(model, [front(question), back(question)], guid=guid, tags=[chapter]))
        decks.append(deck)
    to.parent.mkdir(parents=True, exist_ok=True)
    genanki.Package(decks).write_to_file(to)
    return to, sum(len(deck.notes) for deck in decks)


def number(name: str) -> int:
    """A number for a name, always the same, as Anki wants it for decks."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") >> 1


def front(question: dict[str, Any]) -> str:
    items = "".join(f"<li>{choice}</li>" for choice, _ in choices(question))
    return f"{as_html(question['question'])}<ul>{items}</ul>"


def back(question: dict[str, Any]) -> str:
    items = ""
    for choice, answer in choices(question):
        kind = ' class="right"' if answer.get("right") else ""
        items += f"<li{kind}>{choice}{as_html(answer['why'])}</li>"
    return f"{as_html(question['question'])}<ul>{items}</ul>"


def choices(question: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The answers to choose from, each with its letter, as HTML; and what the file says of each."""
    lettered = zip(LETTERS, question["answers"], strict=False)
    return [(as_html(f"**({letter})** " + answer["text"]), answer) for letter, answer in lettered]


def as_html(text: str) -> str:
    """Markdown as HTML, with formulas as Anki reads them; what looks like a tag is text."""
    markdown = MarkdownIt("commonmark", {"html": False}).use(
        dollarmath_plugin,
        renderer=lambda tex, options: rf"\[{tex}\]" if options["display_mode"] else rf"\({tex}\)",
    )
    return markdown.render(text).strip()
