"""The course's own chapters as a text of characters, for models that read and write letter by letter.

Only what is read as prose stays: no code, no displayed formulas, no markup of the page but its lists and the
formulas within a line. References read as on the page: "(1.4)", "Fig. 1.2", "Jordan [1986]".
"""

from __future__ import annotations

import re
from pathlib import Path

from utils.common.files import PACKAGE
from utils.data.dataset import Dataset, split

CHAPTERS = Path("book/chapters")

# Removed, in this order: the header of a page, fenced blocks, displayed formulas, comments, labels.
REMOVED = (
    r"(?s)\A---\n.*?\n---\n",
    r"(?ms)^(`{3,}|~{3,})(?!`).*?^\1[ \t]*$",
    r"(?ms)^[ \t]*\$\$.*?\$\$([ \t]*\([\w-]+\))?[ \t]*$",
    r"(?s)<!--.*?-->",
    r"(?m)^%.*$",
    r"(?m)^\([\w-]+\)=[ \t]*$",
    r"(?m)^:{3,}[ \t]*$",
    r"(?m)^:[\w-]+:.*$",
    r"(?m)^[ \t]*\|.*\|[ \t]*$",
    r"\s*\{cite:p\}`[^`]*`",  # nobody reads "[Werbos, 1990]" aloud
)
# The labels of what a page numbers, and how a reference to it reads.
NUMBERED = (
    (r"\$\$[ \t]*\(([\w-]+)\)", "({})"),
    (r"(?m)^[ \t]*:?name: *(fig-[\w-]+)[ \t]*$", "Fig. {}"),
)
# Replaced by the words that a reader sees.
REPLACED = (
    (r"\{glue:\w+\}`[^`]*`", "…"),  # a number that a cell computes
    (r"(?m)^:{3,}\{[\w-]+\}[ \t]*(.*)$", r"\1"),
    (r"!\[([^\]]*)\]\([^)]*\)", r"\1"),
    (r"\[([^\]]*)\]\([^)]*\)", r"\1"),
    (r"\{cite:t\}`([a-z]+)(\d{4})\w*`", lambda match: f"{match[1].capitalize()} [{match[2]}]"),
    (r"\{doc\}`/?([^`<]*)`", r"\1"),
    (r"\{[\w:-]+\}`([^`<]*?)\s*<[^`>]*>`", r"\1"),
    (r"\{[\w:-]+\}`([^`]*)`", r"\1"),
    (r"(?m)^#+ +", ""),
    (r"\*\*|`", ""),
    (r"(?<!\w)\*(\w[^*]*)\*", r"\1"),
)


def make(seed: int = 0) -> Dataset:
    """The chapters' paragraphs, in the order of the book; each split is one string of characters.

    Which paragraphs go to which split is decided by ``seed``; none is in two.

    Raises ValueError if the chapters are not there.
    """
    chapters = read_chapters(find_chapters())
    texts = [paragraph for chapter in refer(chapters) for paragraph in paragraphs(chapter)]
    parts = split(enumerate(texts), seed, keys=lambda numbered: (numbered[1],))
    splits = {name: "\n\n".join(text for _, text in sorted(part)) + "\n" for name, part in parts.items()}
    title = f"characters of the course's own {len(chapters)} chapters"
    return Dataset("prose", "default", title, dict(splits))


def find_chapters() -> Path:
    """The folder of the chapters: beside this package, or in the nearest folder from the working one up.

    A package that was installed without its folder (a wheel) does not carry the book.

    Raises ValueError if neither has it.
    """
    for folder in (PACKAGE.parent, Path.cwd(), *Path.cwd().parents):
        if any((folder / CHAPTERS).glob("[0-9]*")):
            return folder / CHAPTERS
    raise ValueError(
        f"the prose is the text of the course's chapters, and there is no {CHAPTERS} here: work inside the "
        "course's folder, or load('prose', source='real')"
    )


def read_chapters(folder: Path) -> list[str]:
    """The text of each chapter, its pages in the order of the table of contents."""
    contents = (folder.parent / "_toc.yml").read_text(encoding="utf-8")
    chapters: dict[str, list[str]] = {}
    for chapter, page in re.findall(r"file: chapters/([^/\s]+)(\S*)", contents):
        text = (folder / f"{chapter}{page}.md").read_text(encoding="utf-8")
        chapters.setdefault(chapter, []).append(re.sub(REMOVED[0], "", text))
    return ["\n\n".join(pages) for pages in chapters.values()]


def refer(chapters: list[str]) -> list[str]:
    """The chapters with their references to equations and figures as they read in the book.

    Both are numbered in each chapter: "(1.4)" is the fourth equation of the first one.
    """
    shown = {}
    for number, chapter in enumerate(chapters, start=1):
        for pattern, form in NUMBERED:
            for place, label in enumerate(re.findall(pattern, chapter), start=1):
                shown[label] = form.format(f"{number}.{place}")
    return [
        re.sub(r"\{(?:eq|numref)\}`([^`]*)`", lambda match: shown.get(match[1], match[1]), chapter)
        for chapter in chapters
    ]


def paragraphs(page: str) -> list[str]:
    """The paragraphs of a page in MyST Markdown, without code, displayed formulas and markup."""
    for pattern in REMOVED:
        page = re.sub(pattern, "", page)
    for pattern, words in REPLACED:
        page = re.sub(pattern, words, page)
    blocks = re.split(r"\n[ \t]*\n", page)
    return [block for block in (_tidy(block) for block in blocks) if block]


def _tidy(block: str) -> str:
    lines = (line.rstrip() for line in block.splitlines())
    return "\n".join(line for line in lines if line).strip()
