"""How often is a mistake told by its name, and how often by a wrong one? Run it from the repository:

    python -m benchmarks.diagnosis [ASSIGNMENT …] [--variant NAME …] [--left-out]

Each wrong variant of an assignment is handed in as a student would, and graded. *Whole*: with all variants
in the library, whether the page names the variant's own misconception (or what its header says that it has
in common with those that answer alike), and no other one. *Said*: the test itself says what is wrong, as
that something may not be called here, and no name is looked for. *Left out*: as if the library had no
variant with this misconception, as for a mistake that nobody has foreseen: whether the page names another
one. Which variants answer alike does not depend on what else is in the library, so that one grading tells
both. With ``--left-out`` each is graded once more with a library that lacks it indeed, to count how often a
page says then that more than one thing is wrong. Variants that cannot touch each other are handed in
together, in one notebook.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat

from utils.authoring.answers import answer_notebook, merged, put_together, solutions
from utils.authoring.release import (
    Assignment,
    find_assignment,
    find_assignments,
    release,
    source_notebook,
)
from utils.authoring.variant_files import Variant, read_kind
from utils.common.layout import find_root
from utils.grading.answer_key import Release, read_release
from utils.grading.processes.imports import NOT_THERE
from utils.grading.processes.student_handle import REFUSED
from utils.grading.result import Result
from utils.grading.submission import Submission
from utils.grading.worker import end_benches, grade

COUNTED = ("right", "said", "wrong", "wrong_left_out", "several", "several_left_out")
SECONDS = 200.0  # in which the mistakes of a notebook must be told, of which it has several


@dataclass
class Outcome:
    """What was told of one wrong variant.

    Attributes:
        alike: by task that lost points, the variants that answer alike.
        failures: of the tests, a sentence each.
        several: whether the page says that more than one thing is wrong; ``several_left_out``: whether it
            does where the library lacks the variant.
    """

    variant: Variant
    alike: dict[str, list[Variant]]
    failures: list[str]
    several: bool = False
    several_left_out: bool = False

    @property
    def right(self) -> bool:
        """Whether the page says the variant's misconception, or what it has in common with others."""
        said = [sentence for alike in self.alike.values() if (sentence := said_of(alike))]
        return bool(said) and not self.wrong

    @property
    def said(self) -> bool:
        """Whether the tests themselves say what is wrong."""
        return any(sign in text for text in self.failures for sign in (REFUSED, NOT_THERE))

    @property
    def wrong(self) -> bool:
        """Whether the page names another one."""
        return any(self.is_other(alike) for alike in self.alike.values())

    @property
    def wrong_left_out(self) -> bool:
        """Whether it would, without the variant's own misconception in the library."""
        return any(
            self.is_other([variant for variant in alike if variant.text != self.variant.text])
            for alike in self.alike.values()
        )

    def is_other(self, alike: list[Variant]) -> bool:
        """Whether what is said of these is not true of the variant."""
        return said_of(alike) not in ("", self.variant.text, self.variant.common)


def said_of(alike: list[Variant]) -> str:
    """What a page says of variants that answer alike: see :func:`utils.grading.worker.told`."""
    for said in ({variant.common for variant in alike}, {variant.text for variant in alike}):
        if len(said) == 1 and said != {""}:
            return said.pop()
    return ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assignments", nargs="*")
    parser.add_argument("--variant", action="append", default=[], help="only this one (may be repeated)")
    parser.add_argument("--left-out", action="store_true", help="grade each without it in the library, too")
    options = parser.parse_args()
    root = find_root()
    chosen = [find_assignment(root, name) for name in options.assignments] or find_assignments(root)
    totals = [0] * 7
    with tempfile.TemporaryDirectory() as folder:
        release(chosen, Path(folder) / "source", Path(folder) / "released")
        for assignment in chosen:
            outcomes = outcomes_of(assignment, Path(folder), options.variant, options.left_out)
            counts = [
                len(outcomes),
                *(sum(getattr(o, what) for o in outcomes) for what in COUNTED),
            ]
            totals = [before + now for before, now in zip(totals, counts, strict=True)]
            print_row(assignment.name, counts)
    if len(chosen) > 1:
        print_row("all", totals)


def outcomes_of(assignment: Assignment, folder: Path, only: list[str], left_out: bool) -> list[Outcome]:
    """What is told of each wrong variant of an assignment; what is not right is printed."""
    key = read_release(folder / "source" / assignment.name)
    wrong = {variant.name: variant for variant in read_kind(assignment.folder, "wrong")}
    # under one sentence, all variants that answer alike are told
    alike = [{**variant, "misconception": "any"} for variant in key.library["variants"]]
    key = replace(key, library={**key.library, "variants": alike}, telling=SECONDS)
    released = nbformat.read(
        folder / "released" / assignment.name / f"{assignment.notebook}.ipynb", as_version=4
    )
    source, right = source_notebook(assignment), solutions(assignment)
    answers = {name: right | wrong[name].answers for name in wrong if not only or name in only}
    outcomes, seconds, mistakes = [], 0.0, 0
    for group in put_together(source, right, answers):
        code, asked = merged(group), set().union(*(one.asked for one in group))
        content = answer_notebook(released, {task: code[task] for task in code if task in asked})
        files = {f"{assignment.notebook}.ipynb": nbformat.writes(content).encode()}
        result = grade(key, Submission("student", files)).result
        without = grade(lacking(key, group, wrong), Submission("student", files)).result if left_out else None
        seconds += result.parts.get("telling mistakes", 0.0)
        mistakes += len(result.diagnoses)
        for one in group:
            lost = [t for t, (got, most) in result.tasks.items() if t in one.counted and got < most]
            found = {
                task: [wrong[name] for name in names_of(result.diagnoses.get(task, {}))] for task in lost
            }
            several = any(is_several(result, task) for task in lost)
            then = without is not None and any(is_several(without, task) for task in lost)
            failures = [text for test, text in result.failures.items() if test.partition("-")[0] in lost]
            outcomes.append(Outcome(wrong[one.name], found, failures, several, then))
            tell(outcomes[-1])
    end_benches()
    print(f"    {seconds / max(1, mistakes):.2f} s a mistake that was told", flush=True)
    return outcomes


def lacking(key: Release, group: list, wrong: dict[str, Variant]) -> Release:
    """The release where nobody has foreseen the mistakes of a group."""
    texts = {wrong[one.name].text for one in group}
    kept = [about for about in key.library["variants"] if wrong[about["name"]].text not in texts]
    named = ", ".join(one.name for one in group)
    library = {**key.library, "variants": kept}
    return replace(key, library=library, digest=f"{key.digest} without {named}")


def is_several(result: Result, task: str) -> bool:
    """Whether a page says of a task that more than one thing is wrong."""
    return bool(result.diagnoses.get(task, {}).get("several"))


def names_of(diagnosis: dict[str, str]) -> list[str]:
    """The variants that answer alike."""
    return diagnosis["name"].split(", ") if diagnosis and not diagnosis.get("several") else []


def tell(outcome: Outcome) -> None:
    """Print what a variant got instead of its name."""
    flaws = outcome.wrong or outcome.wrong_left_out or outcome.several or outcome.several_left_out
    if (outcome.right or outcome.said) and not flaws:
        return
    what = "not named" if not outcome.right else "named"
    if outcome.wrong:
        what += ", wrongly named"
    if outcome.wrong_left_out:
        what += ", wrongly named if left out"
    if outcome.several or outcome.several_left_out:
        what += f", said to be several{'' if outcome.several else ' if left out'}"
    print(f"  {outcome.variant.name}: {what}. {outcome.variant.text}", flush=True)
    for task, alike in outcome.alike.items():
        print(f"      {task}: {' | '.join(f'{one.name}: {one.text}' for one in alike) or 'nobody'}")
    for sentence in outcome.failures if not outcome.right else ():
        print(f"      {sentence[:150]}")


def print_row(name: str, counts: list[int]) -> None:
    number, right, said, wrong, left_out, several, several_left_out = counts
    print(
        f"{name:36} {number:4} wrong variants; whole: {right:4} named ({share(right, number)}), "
        f"{said} said, {wrong} wrongly, {several} several; left out: {left_out} wrongly "
        f"({share(left_out, number)}), {several_left_out} several",
        flush=True,
    )


def share(part: int, whole: int) -> str:
    return f"{part / max(1, whole):.1%}"


if __name__ == "__main__":
    main()
