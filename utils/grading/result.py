"""What became of one submission."""

from __future__ import annotations

from dataclasses import dataclass, field

HINTS = ("none", "question", "pointer")  # how far a student's page goes when it knows the mistake
STANDS = "The grade of an earlier attempt stands"


@dataclass
class Result:
    """What became of one submission.

    Attributes:
        status: ``"graded"``, or ``"broken"`` when nothing could be graded.
        scores: points got and points possible, by the name of the test cell, in the notebook's order.
        by_hand: points possible, by the name of each answer that a person grades. Those got are in the
            gradebook.
        problem: for a broken submission, why, in one sentence.
        notes: what the instructor should know, a sentence each: test cells that were restored, a crash, an
            attempt to cheat.
        failures: what went wrong in a test cell that lost points, in one sentence, by its name; also of an
            answer for a person that was left empty.
        written_over: what the student had written in locked cells, which were put back, by their names.
        diagnoses: by task, the mistake behind its lost points where it is known: the ``name`` of the wrong
            variant (or several), its ``misconception``, ``question``, smallest ``example``, ``section`` and
            ``address``. With ``several``, it is more than one.
        seconds: that grading took, and ``parts``: how they were spent.
        walls: what stood around the student's code: ``"bubblewrap"`` or ``"limits"``.
        again: the grading failed, not the submission: the next run tries it again.
        digest: of the submission, the assignment and this package; the same digest gives the same grade.
    """

    student: str
    status: str
    scores: dict[str, tuple[float, float]] = field(default_factory=dict)
    by_hand: dict[str, float] = field(default_factory=dict)
    problem: str = ""
    notes: list[str] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    written_over: dict[str, str] = field(default_factory=dict)
    diagnoses: dict[str, dict[str, str]] = field(default_factory=dict)
    seconds: float = 0.0
    parts: dict[str, float] = field(default_factory=dict)
    walls: str = ""
    again: bool = False
    digest: str = ""

    @property
    def stands(self) -> list[str]:
        """The note that an earlier attempt's grade counts, if there is one."""
        return [note for note in self.notes if note.startswith(STANDS)]

    @property
    def score(self) -> float:
        return sum(got for got, _ in self.scores.values())

    @property
    def max_score(self) -> float:
        return sum(possible for _, possible in self.scores.values())

    @property
    def possible(self) -> float:
        """The most points that there are: by tests and by hand."""
        return self.max_score + sum(self.by_hand.values())

    @property
    def points(self) -> str:
        """The tests' points in words, and how many a person gives."""
        tested = f"{self.score:g} of {self.max_score:g}"
        return (
            f"{tested} by tests, up to {self.possible - self.max_score:g} by hand" if self.by_hand else tested
        )

    @property
    def tasks(self) -> dict[str, tuple[float, float]]:
        """Points got and points possible, by task."""
        points: dict[str, tuple[float, float]] = {}
        for test, (got, possible) in self.scores.items():
            before = points.get(task_of(test), (0.0, 0.0))
            points[task_of(test)] = (before[0] + got, before[1] + possible)
        return points


def task_of(test: str) -> str:
    """The task that a test cell belongs to: ``"neuron"`` for ``"neuron-shape"``."""
    return test.partition("-")[0]
