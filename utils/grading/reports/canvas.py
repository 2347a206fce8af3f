"""Grades and comments to Canvas, by its API (package ``canvasapi``).

What is there is read first, and only what differs is sent: a second run sends nothing, and one that was
stopped goes on. A request whose answer is lost may have been heard, so the submission is read again before it
is sent again; no comment comes twice. Source: Canvas LMS REST API, *Submissions*.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from utils.common.errors import UserError
from utils.grading.reports.export import Students, most, not_graded, scores, squeezed, units
from utils.grading.reports.feedback import hint
from utils.grading.reports.rendering import plain
from utils.grading.result import Result, task_of

ADDRESS = re.compile(
    r"(?P<home>https?://[^/\s]+)/courses/(?P<course>\d+)(?:/assignments/(?P<assignment>\d+))?"
)
LOCAL = ("localhost", "127.0.0.1", "::1")
SAME = 1e-6  # points
T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """How long one request may take (seconds), how often it is made, and how long the first pause is, which
    doubles."""

    timeout: float = 30.0
    tries: int = 6
    pause: float = 1.0


@dataclass(frozen=True)
class Entry:
    """What a student is to have on Canvas.

    Attributes:
        user: the student's number there.
        comment: none if empty; ``commented``: whether it is there.
        before: the points that Canvas has.
    """

    student: str
    user: int
    points: float
    comment: str
    before: float | None
    commented: bool

    @property
    def there(self) -> bool:
        """Whether Canvas has all that already."""
        return self.graded and (self.commented or not self.comment)

    @property
    def graded(self) -> bool:
        return self.before is not None and abs(self.before - self.points) < SAME


class Canvas:
    """One assignment on Canvas.

    Args:
        address: of the course, ``https://canvas.example.edu/courses/12``, or of the assignment in it.
        token: an access token of a teacher, which is sent to that address and nowhere else.
        title: the assignment's, where the address does not name it; by default, the one whose title is or
            holds ``name``.

    Raises:
        UserError: the address is none, Canvas does not answer or refuses, or no assignment fits.
    """

    def __init__(
        self, address: str, token: str, name: str, title: str = "", patience: Patience = Patience()
    ) -> None:
        found = ADDRESS.match(address.strip())
        if not found:
            raise UserError(f"--canvas takes the address of a course, https://…/courses/12, not {address!r}")
        if address.startswith("http:") and urlsplit(address).hostname not in LOCAL:
            raise UserError(
                "the token must not travel unencrypted: give an address that begins with https://"
            )
        self.patience = patience
        try:
            from canvasapi.course import Course
            from canvasapi.requester import Requester
        except ImportError:
            raise UserError("posting to Canvas needs a package: pip install canvasapi") from None
        requester = Requester(found["home"], token)
        # which sets no limit, and would wait for ever
        requester._session.mount(found["home"], Limited(patience.timeout))
        course = Course(requester, {"id": int(found["course"])})
        if found["assignment"]:
            self.assignment = self.tried(lambda: course.get_assignment(int(found["assignment"])))
        else:
            everything = self.tried(lambda: list(course.get_assignments()))
            self.assignment = the_one(everything, name, title)

    def tried(self, call: Callable[[], T]) -> T:
        """What a request gives that may be made several times.

        Raises:
            UserError: Canvas refuses it, or never answers.
        """
        for left in reversed(range(self.patience.tries)):
            try:
                return call()
            except Exception as error:
                if not left or not is_passing(error):
                    raise refused(error) from None
                time.sleep(self.patience.pause * 2.0 ** (self.patience.tries - 1 - left))
        raise AssertionError

    def submissions(self) -> list[Any]:
        """Everybody's, with who they are and the comments."""
        wanted = ["submission_comments", "user"]
        return self.tried(lambda: list(self.assignment.get_submissions(include=wanted)))

    def send(self, entry: Entry) -> bool:
        """Give a student points and comment; whether anything had to be sent.

        Raises:
            UserError: Canvas refuses it, or never answers.
        """
        sent = False

        def once() -> None:
            nonlocal sent
            wanted = ["submission_comments"]
            there = self.assignment.get_submission(entry.user, include=wanted)
            now = Entry(
                entry.student, entry.user, entry.points, entry.comment, *on_canvas(there, entry.comment)
            )
            more: dict[str, Any] = {}
            if not now.graded:
                more["submission"] = {"posted_grade": f"{entry.points:.6g}"}
            if entry.comment and not now.commented:
                more["comment"] = {"text_comment": entry.comment}
            if more:
                sent = True
                there.edit(**more)

        self.tried(once)
        return sent


class Limited(HTTPAdapter):
    """Requests that end after so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        return super().send(*args, **(kwargs | {"timeout": self.seconds}))


def is_passing(error: Exception) -> bool:
    """Whether the same request may go well a little later."""
    from canvasapi import exceptions

    if isinstance(error, exceptions.RateLimitExceeded | requests.ConnectionError | requests.Timeout):
        return True
    if isinstance(error, exceptions.Forbidden):  # which Canvas has said long for too many requests
        return "rate limit" in str(error).lower()
    return type(error) is exceptions.CanvasException or isinstance(error, requests.exceptions.JSONDecodeError)


def refused(error: Exception) -> UserError:
    """One sentence on a request that went wrong."""
    from canvasapi import exceptions

    if isinstance(error, exceptions.InvalidAccessToken | exceptions.Unauthorized):
        return UserError(
            "Canvas refuses the token in CANVAS_TOKEN: make a new one in your account's settings"
        )
    if isinstance(error, exceptions.ResourceDoesNotExist):
        return UserError("Canvas knows no such course or assignment, or does not show it to this token")
    said = " ".join(plain(str(error)).split())[:200]
    return UserError(f"Canvas did not take it ({type(error).__name__}: {said}); the same command goes on")


def the_one(assignments: list[Any], name: str, title: str) -> Any:
    """The assignment on Canvas of this title, or whose title holds the name."""
    short = squeezed(re.sub(r"^\d+-", "", name))
    fits = [
        one
        for one in assignments
        if (
            one.name == title
            if title
            else any(part in squeezed(one.name) for part in (squeezed(name), short))
        )
    ]
    if len(fits) != 1:
        there = ", ".join(repr(one.name) for one in assignments) or "none"
        raise UserError(
            f"{len(fits) or 'no'} assignments on Canvas fit {title or name!r}; name one with --title: {there}"
        )
    return fits[0]


def on_canvas(submission: Any, comment: str) -> tuple[float | None, bool]:
    """The points that were entered, before Canvas's own penalties, and whether the comment is there."""
    score = getattr(submission, "entered_score", None)
    score = getattr(submission, "score", None) if score is None else score
    texts = {
        squeezed(one.get("comment") or "") for one in getattr(submission, "submission_comments", None) or ()
    }
    return score, squeezed(comment) in texts


def entries(
    canvas: Canvas, results: Iterable[Result], rows: Iterable[Mapping[str, Any]], hints: str, scale: bool
) -> tuple[list[Entry], list[str]]:
    """What everybody is to have, and sentences on who has nothing or is not found.

    Args:
        rows: of the gradebook, as :func:`utils.grading.gradebook.queries.gradebook_rows` has them.
        hints: how far a comment goes where the mistake is known.
        scale: whether points are converted to Canvas's own maximum.
    """
    results = list(results)
    known = {result.student: result for result in results}
    final = {str(row["student_id"]): float(row["score"]) for row in rows if row["score"] is not None}
    points = scores(results, final)
    unit, notes = units(
        most(results), str(getattr(canvas.assignment, "points_possible", "")), "Canvas", scale
    )
    who = Students(points)
    found = []
    for submission in canvas.submissions():
        user = getattr(submission, "user", None) or {}
        names = [str(user.get(key) or "") for key in ("login_id", "sis_user_id", "email")]
        student = who.find([*names, names[0].partition("@")[0]], str(submission.user_id))
        if student is None:
            continue
        comment = comment_of(canvas.assignment.name, known[student], points[student], hints)
        there = on_canvas(submission, comment)
        found.append(Entry(student, submission.user_id, points[student] * unit, comment, *there))
    return found, [*notes, *not_graded(results, points), *who.left("the course on Canvas")]


def comment_of(title: str, result: Result, points: float, hints: str) -> str:
    """What a student reads on Canvas: the points, and for each task that lost some, why."""
    if result.status != "graded":
        return ""
    lines = [f"{title}: {points:g} of {result.possible:g} points."]
    for task, (got, possible) in result.tasks.items():
        if got >= possible:
            continue
        about = hint(result.diagnoses.get(task, {}), hints)
        said = [about[key] for key in ("misconception", "question") if about.get(key)]
        if not said:
            said = [text for test, text in result.failures.items() if task_of(test) == task][:1]
        if about.get("section"):
            said.append(f"To read again: {' '.join([about['section'], about.get('address', '')]).strip()}")
        lines.append(plain(" ".join([f"{task}: {got:g} of {possible:g}.", *said])))
    return "\n".join(lines)
