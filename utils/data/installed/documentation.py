"""Python's own documentation as a text of characters: real English that comes with every Python.

Only what reads as sentences stays: no code, no grammar rules, no tables, no headings. What the text says
depends on the version of Python, since it is that of ``pydoc_data.topics``.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator

from utils.data.dataset import Dataset, split

CODE = re.compile(r"(?m)^ {6,}.*$|^ *>>>.*$")
MARK = re.compile(r"^(?:[*-]|\d+\.|\[\d+\]) ")
SENTENCE = re.compile(r"[A-Z\"(].*[a-z]{3} .*[.:!?)]")
SIMPLE = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "..."})
SHORTEST = 40  # characters of a paragraph


def make(seed: int = 0) -> Dataset:
    """The paragraphs of the documentation, each on one line; each split is one string of characters.

    Which paragraphs go to which split is decided by ``seed``; none is in two.
    """
    found = dict.fromkeys(paragraphs())  # some stand under several topics
    parts = split(enumerate(found), seed, keys=lambda numbered: (numbered[1],))
    splits = {name: "\n".join(text for _, text in sorted(part)) + "\n" for name, part in parts.items()}
    title = f"characters of the documentation of Python {platform.python_version()}"
    return Dataset("documentation", "default", title, dict(splits))


def paragraphs() -> Iterator[str]:
    """Every paragraph that reads as sentences: ASCII, on one line, without the mark of a list before it."""
    from pydoc_data.topics import topics

    for text in topics.values():
        for block in re.split(r"\n\s*\n", CODE.sub("", text)):
            line = MARK.sub("", " ".join(block.split()).translate(SIMPLE)).replace("**", "")
            if len(line) >= SHORTEST and line.isascii() and SENTENCE.fullmatch(line) and "::=" not in line:
                yield line
