"""Pairs of submissions whose code is suspiciously similar, and a page that shows them side by side.

The comparison is copydetect's: code is reduced to its tokens, with every name alike, so that renaming hides
nothing, and two students share the pieces of ``PIECE`` characters that are in both. All pieces are kept, as a
class is small; larger collections thin them out (Schleimer, Wilkerson and Aiken, *Winnowing: local algorithms
for document fingerprinting*, SIGMOD 2003). As in MOSS, pieces of the release do not count, nor do pieces that
many students have: they are what the task asks for. A pair is a reason to look, and no proof of anything.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Any

from nbformat import NotebookNode

from utils.grading.reports.rendering import page
from utils.grading.submission import Submission

PIECE = 25  # characters of reduced code
LEAST = 60  # characters of reduced code that a pair must share: four lines or so
SIMILAR = 0.5  # share of the shorter one's code
MOST_PAIRS = 60  # on the page
MOST_CODE = 100_000  # characters of one student's answers; whole assignments have a tenth of it
COMMON_SHARE, COMMON_LEAST, COMMON_MOST = 0.15, 4, 10  # what more students have than this is the task's


@dataclass
class Work:
    """One student's code, and its fingerprints once they are taken."""

    student: str
    code: str
    fingerprint: Any = None  # copydetect's CodeFingerprint
    lines: set[str] = field(default_factory=set)


@dataclass
class Pair:
    """Two students whose code is similar.

    Attributes:
        share: of the shorter one's own code, how much the other has as well.
        size: how many characters of reduced code that is.
        lines: lines that both have word for word and hardly anybody else has.
        left, right: the code in pieces: text, and whether the other has it as well.
    """

    one: str
    other: str
    share: float
    size: int
    lines: int
    left: list[tuple[str, bool]]
    right: list[tuple[str, bool]]


@dataclass
class Comparison:
    """Similar pairs, those that share most first; a sentence for each submission that is not compared."""

    pairs: list[Pair]
    compared: int
    notes: list[str]


def compare(
    submissions: Iterable[Submission], notebook: str, release: NotebookNode, similar: float = SIMILAR
) -> Comparison:
    """Compare every two submissions in their task cells.

    Args:
        notebook: the assignment's notebook, without its ending.
        release: what the students were given; its code does not count.
        similar: the share of code from which on a pair is in the result, 0 to 1.
    """
    tasks = dict(task_cells(release))
    given = "\n".join(tasks.values())
    works, notes = [], []
    for submission in submissions:
        try:
            own = submission.notebook(notebook)
        except ValueError as problem:
            notes.append(f"{submission.student} is not compared: {problem}")
            continue
        code = [
            f"# {task}\n{code}" for task, code in task_cells(own) if task in tasks and code != tasks[task]
        ]
        size = sum(map(len, code))
        if size > MOST_CODE:
            notes.append(
                f"{submission.student} is not compared: its answers have {size:,} characters, "
                f"and {MOST_CODE:,} is the most."
            )
        elif code:
            works.append(Work(submission.student, "\n\n".join(code)))
        else:
            notes.append(f"{submission.student} is not compared: no task is answered.")
    take_fingerprints(works, given)
    found = [pair for one, other in combinations(works, 2) if (pair := compare_two(one, other, similar))]
    found.sort(key=lambda pair: (-pair.share * pair.size, pair.one, pair.other))
    return Comparison(found, len(works), notes)


def task_cells(notebook: NotebookNode) -> list[tuple[str, str]]:
    """The code of each task cell, by the task's name."""
    found = []
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader")
        if cell.cell_type == "code" and isinstance(marks, dict) and marks.get("solution"):
            found.append((str(marks.get("grade_id", "")), cell.source.strip()))
    return found


def take_fingerprints(works: Sequence[Work], given: str) -> None:
    """Fingerprints of everybody's code, without those of the release and those that many have."""
    from copydetect.utils import get_token_coverage

    boilerplate = set(fingerprint(given).hashes)
    release_lines = own_lines(given)
    for work in works:
        work.fingerprint = fingerprint(work.code)
        work.lines = own_lines(work.code) - release_lines
    many = min(max(COMMON_LEAST, COMMON_SHARE * len(works)), COMMON_MOST)
    pieces = Counter(piece for work in works for piece in work.fingerprint.hashes)
    lines = Counter(line for work in works for line in work.lines)
    boilerplate |= {piece for piece, count in pieces.items() if count > many}
    for work in works:
        prints = work.fingerprint
        prints.hashes -= boilerplate
        prints.hash_idx = {piece: prints.hash_idx[piece] for piece in prints.hashes}
        prints.token_coverage = get_token_coverage(
            prints.hash_idx,
            PIECE,
            len(prints.filtered_code),
        )
        work.lines = {line for line in work.lines if lines[line] <= many}


def fingerprint(code: str) -> Any:
    """copydetect's fingerprint of ``code``."""
    from copydetect import CodeFingerprint  # imports pyplot, which takes a second

    return CodeFingerprint("code.py", PIECE, 1, language="python", fp=io.StringIO(code))


def own_lines(code: str) -> set[str]:
    """The lines of ``code`` that say something: eight characters or more, comments too."""
    return {text for line in code.splitlines() if len(text := line.strip()) >= 8}


def compare_two(one: Work, other: Work, similar: float) -> Pair | None:
    """The pair, when it shares enough."""
    from copydetect import compare_files

    if not one.fingerprint.hashes & other.fingerprint.hashes:
        return None
    size, shares, slices = compare_files(one.fingerprint, other.fingerprint)
    share = float(min(1.0, max(shares)))
    if size < LEAST or share < similar:
        return None
    left, right = (marked(work.code, cut) for work, cut in zip((one, other), slices, strict=True))
    lines = len(one.lines & other.lines)
    return Pair(one.student, other.student, share, int(size), lines, left, right)


def marked(code: str, slices: Sequence[Sequence[float]]) -> list[tuple[str, bool]]:
    """``code`` in pieces, with those true that lie in ``slices`` (starts and ends)."""
    flags = [False] * len(code)
    for start, end in zip(*slices, strict=True):
        flags[int(start) : int(end)] = [True] * len(flags[int(start) : int(end)])
    cuts = [place for place in range(1, len(code)) if flags[place] != flags[place - 1]]
    bounds = [0, *cuts, len(code)] if code else []
    return [(code[start:end], flags[start]) for start, end in pairwise(bounds)]


def similar_page(assignment: str, comparison: Comparison) -> str:
    """The page of similar pairs, as HTML."""
    return page(
        "similar.html",
        assignment=assignment,
        pairs=comparison.pairs[:MOST_PAIRS],
        more=max(0, len(comparison.pairs) - MOST_PAIRS),
        compared=comparison.compared,
        notes=comparison.notes,
    )
