"""The quiz of a chapter: one file of questions, from which its pages are made.

A Sphinx extension. On a page, ::

    ```{quiz} quiz.yml
    :page: batches
    ```

puts the questions of that page there, each with its answers and, folded, a reason for every one of them. In a
browser, ``book/_static/quiz.js`` lets one choose, and keeps what was chosen. The file is a list::

    - page: batches
      question: Which of these …?
      answers:
        - text: The first.
          right: true
          why: Because …
        - text: The second.
          why: No, since …
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LETTERS = "abcdef"


def read_quiz(path: Path) -> list[dict[str, Any]]:
    """The questions of a file.

    Raises ValueError if a question lacks its page, its text or a reason, has fewer than three answers, or
    has not exactly one right answer.
    """
    questions = yaml.safe_load(path.read_text(encoding="utf-8"))
    for number, question in enumerate(questions, start=1):
        where = f"question {number} of {path.name}"
        if missing := {"page", "question", "answers"} - set(question):
            raise ValueError(f"{where} lacks {', '.join(sorted(missing))}")
        answers = question["answers"]
        if not 3 <= len(answers) <= len(LETTERS):
            raise ValueError(f"{where} has {len(answers)} answers: give three to {len(LETTERS)}")
        if sum(answer.get("right", False) for answer in answers) != 1:
            raise ValueError(f"{where} must have exactly one answer with `right: true`")
        if any(not answer.get("text") or not answer.get("why") for answer in answers):
            raise ValueError(f"{where} has an answer without its text or its `why`")
    return questions


def as_markdown(question: dict[str, Any], number: int) -> str:
    """A question in MyST: its answers as a list, the reasons folded below."""
    answers = list(zip(LETTERS, question["answers"], strict=False))
    right = next(letter for letter, answer in answers if answer.get("right"))
    choices = [f"- **({letter})** {_on_one_line(answer['text'])}" for letter, answer in answers]
    reasons = [f"- **({letter})** {_on_one_line(answer['why'])}" for letter, answer in answers]
    return "\n".join(
        [
            f":::::{{admonition}} Question {number}",
            ":class: tip quiz",
            "",
            question["question"].strip(),
            "",
            *choices,
            "",
            "::::{dropdown} Answer",
            f"**({right})** is right.",
            "",
            *reasons,
            "::::",
            ":::::",
            "",
        ]
    )


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


class Quiz(SphinxDirective):
    """Puts the questions of one page there."""

    required_arguments = 1
    option_spec = {"page": directives.unchanged_required}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        relative, absolute = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(relative)
        try:
            questions = read_quiz(Path(absolute))
        except (OSError, ValueError) as error:
            raise self.error(str(error)) from None
        chosen = [question for question in questions if self.options.get("page") in (None, question["page"])]
        if not chosen:
            raise self.error(f"{self.arguments[0]} has no question for the page {self.options['page']!r}")
        text = "\n".join(as_markdown(question, number) for number, question in enumerate(chosen, start=1))
        container = nodes.container()
        self.state.nested_parse(StringList(text.splitlines(), absolute), 0, container)
        return container.children


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("quiz", Quiz)
    return {"parallel_read_safe": True}
