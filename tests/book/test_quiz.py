"""Questions are read strictly, and become what a page shows."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from utils.book.extensions.quiz import LETTERS, as_markdown, read_quiz

ROOT = Path(__file__).parents[2]
GOOD = {
    "page": "one",
    "question": "Which?",
    "answers": [
        {"text": "This.", "why": "It is\nnot."},
        {"text": "That.", "right": True, "why": "It is."},
        {"text": "None.", "why": "One is."},
    ],
}


def written(folder: Path, question: dict) -> Path:
    path = folder / "quiz.yml"
    path.write_text(yaml.safe_dump([question]), encoding="utf-8")
    return path


def test_a_question_becomes_its_answers_and_a_reason_for_each(tmp_path):
    (question,) = read_quiz(written(tmp_path, GOOD))
    text = as_markdown(question, 3)
    shown, folded = text.split("::::{dropdown} Answer")
    assert "Question 3" in shown and "Which?" in shown and "- **(b)** That." in shown
    assert "is right" not in shown and "**(b)** is right." in folded
    assert "- **(a)** It is not." in folded  # on one line: the list must not break


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"page": None}, "question 1 of quiz.yml lacks page"),
        ({"answers": GOOD["answers"][:2]}, "has 2 answers: give three to 6"),
        ({"answers": [{"text": "x", "why": "y"}] * 3}, "exactly one answer with `right: true`"),
        ({"answers": [*GOOD["answers"][:2], {"text": "None."}]}, "without its text or its `why`"),
    ],
)
def test_a_question_with_something_missing_is_refused(tmp_path, change, sentence):
    question = {key: value for key, value in (GOOD | change).items() if value is not None}
    with pytest.raises(ValueError, match=sentence):
        read_quiz(written(tmp_path, question))


@pytest.mark.parametrize("path", sorted((ROOT / "book").rglob("quiz.yml")), ids=lambda path: path.parent.name)
def test_every_quiz_of_the_book_is_in_form_and_asked_on_its_pages(path):
    for question in read_quiz(path):
        page = path.parent / f"{question['page']}.md"
        assert f":page: {question['page']}" in page.read_text(encoding="utf-8")


def test_no_question_asks_for_what_another_asks():
    """What a reader chose is kept under the question's words."""
    paths = sorted((ROOT / "book").rglob("quiz.yml"))
    questions = [question["question"].strip() for path in paths for question in read_quiz(path)]
    assert len(questions) > 100 and len(set(questions)) == len(questions)


def test_neither_the_letter_nor_the_length_of_an_answer_tells_that_it_is_right():
    letters, longest, asked = Counter(), 0, 0
    for path in (ROOT / "book").rglob("quiz.yml"):
        for question in read_quiz(path):
            (right,) = [k for k, answer in enumerate(question["answers"]) if answer.get("right")]
            lengths = [len(answer["text"]) for answer in question["answers"]]
            letters[LETTERS[right]] += 1
            longest += lengths[right] == max(lengths)
            asked += 1
    assert all(0.25 * asked < letters[letter] < 0.42 * asked for letter in "abc"), letters
    assert longest <= 0.45 * asked, f"the longest answer is right in {longest} of {asked} questions"
