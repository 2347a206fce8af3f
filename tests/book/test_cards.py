"""The quizzes as flash cards: all questions, each with its reasons, and the same cards the next time."""

import sqlite3
import zipfile
from pathlib import Path

import pytest

from utils.book.extensions.quiz import read_quiz
from utils.book.formats import cards

ROOT = Path(__file__).parents[2]


def notes(path: Path, folder: Path) -> dict[str, list[str]]:
    """The two sides of each card in a deck, by the card's identity."""
    with zipfile.ZipFile(path) as archive:
        archive.extract("collection.anki2", folder)
    with sqlite3.connect(folder / "collection.anki2") as database:
        return {
            guid: fields.split("\x1f") for guid, fields in database.execute("select guid, flds from notes")
        }


def test_every_question_is_a_card_and_stays_the_same_one(tmp_path):
    pytest.importorskip("genanki")
    path, count = cards.write_cards(ROOT, tmp_path / "a.apkg")
    again, _ = cards.write_cards(ROOT, tmp_path / "b.apkg")
    first = notes(path, tmp_path / "one")
    assert first == notes(again, tmp_path / "two")
    questions = [question for file in ROOT.glob("book/chapters/*/quiz.yml") for question in read_quiz(file)]
    assert len(first) == count == len(questions) > 80
    for front, back in first.values():
        assert back.count('class="right"') == 1 and 'class="right"' not in front
        assert front.count("<li>") == back.count("<li") >= 3


def test_formulas_and_tokens_are_as_anki_reads_them():
    assert cards.as_html("Is $h_t$ `<pad>` or <unk>?") == (
        r'<p>Is <span class="math inline">\(h_t\)</span> <code>&lt;pad&gt;</code> or &lt;unk&gt;?</p>'
    )
