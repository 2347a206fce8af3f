"""Grades and comments to a stand-in for Canvas: dry by default, and nothing twice whatever goes wrong."""

import json

import pytest
from canvas import TOKEN, StandIn
from click.testing import CliRunner

from utils.cli.post import post
from utils.common.errors import UserError
from utils.grading.gradebook.journal import Journal
from utils.grading.reports import canvas as posting
from utils.grading.reports.canvas import Canvas, Patience, comment_of, entries
from utils.grading.result import Result

QUICK = Patience(timeout=0.3, tries=6, pause=0.01)
HINT = {"misconception": "The bias is left out.", "question": "What of 0?", "section": "P, S", "address": "u"}


def result(student: str, points: float) -> Result:
    return Result(
        student,
        "graded",
        {"neuron-values": (points, 12.0), "layer-shape": (8.0, 8.0)},
        failures={"neuron-values": "expected 1, got 2."},
    )


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with a graded class of three and one who could not be graded."""
    (tmp_path / "solutions/01-recurrent-neurons").mkdir(parents=True)
    (tmp_path / "solutions/01-recurrent-neurons/neurons.py").touch()
    (tmp_path / "book").mkdir()
    (tmp_path / "book/index.md").touch()
    journal = Journal(tmp_path / "to/01-recurrent-neurons.results.jsonl")
    journal.path.parent.mkdir()
    for one in (
        result("ada", 12),
        result("bob_2", 3.5),
        result("zoe", 1),
        Result("cy", "broken", problem="No."),
    ):
        journal.append(one)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CANVAS_TOKEN", TOKEN)
    monkeypatch.setattr(posting, "Patience", lambda: QUICK)
    return tmp_path


def run(*arguments: str):
    return CliRunner().invoke(post, ["1", "class", "--to", "to", *arguments], catch_exceptions=False)


def test_nothing_is_sent_until_it_is_asked_for_and_nothing_twice(course):
    with StandIn(["ada@example.edu", "somebody", "cy", "nobody"]) as canvas:
        outcome = run("--canvas", canvas.course)
        assert outcome.exit_code == 0 and canvas.changes == 0
        assert "1/2 ada: nothing -> 20, and a comment" in outcome.output
        assert "2/2 bob_2: nothing -> 11.5, and a comment" in outcome.output
        assert (
            "2 would be sent; --send does it." in outcome.output and "cy has no score: No." in outcome.output
        )
        assert "zoe is not in the course on Canvas" in outcome.output
        assert "2 sent, 0 failed." in run("--canvas", canvas.course, "--send").output
        assert canvas.changes == 2
        assert [canvas.people[n]["score"] for n in (1, 2, 3, 4)] == [20, 11.5, None, None]
        assert canvas.people[1]["comments"] == ["Recurrent neurons: 20 of 20 points."]
        again = run("--canvas", f"{canvas.course}/assignments", "--send", "--json")
        rows = [json.loads(line) for line in again.output.splitlines()]
        assert [row.get("state") for row in rows if "student" in row] == ["there", "there"]
        assert canvas.changes == 2
        canvas.people[1]["score"] = 19.0  # somebody has changed it there
        assert "1/2 ada: 19 -> 20, and a comment" in run("--canvas", canvas.course).output
        run("--canvas", canvas.course, "--send", "--student", "ada")
        assert canvas.people[1]["score"] == 20 and len(canvas.people[1]["comments"]) == 1
        assert TOKEN not in outcome.output + again.output
    assert not [path for path in course.rglob("*") if path.is_file() and TOKEN in path.read_text()]


@pytest.mark.slow
def test_two_hundred_get_each_grade_and_comment_once_through_errors_lost_answers_and_limits():
    kinds = {3: "429", 5: "403", 7: "500", 37: "late", 13: "cut"}
    logins = [f"s{number}" for number in range(200)]
    results = [result(login, number % 13) for number, login in enumerate(logins)]

    def trouble(number: int) -> str:
        return next((kind for each, kind in kinds.items() if number % each == 0), "")

    with StandIn(logins, trouble, late=0.6) as server:
        canvas = Canvas(server.course, TOKEN, "01-recurrent-neurons", patience=QUICK)
        everybody, notes = entries(canvas, results, [], "pointer", scale=False)
        assert len(everybody) == 200 and not notes
        for entry in everybody[:120]:  # and then it is stopped
            canvas.send(entry)
        rest, _ = entries(canvas, results, [], "pointer", scale=False)
        assert sum(entry.there for entry in rest) == 120
        for entry in rest[100:]:  # some of them a second time
            canvas.send(entry)
        assert [person["score"] for person in server.people.values()] == [8 + n % 13 for n in range(200)]
        assert {len(person["comments"]) for person in server.people.values()} == {1}
        assert not any(canvas.send(entry) for entry in rest[180:])


def test_what_canvas_refuses_is_one_sentence_without_the_token():
    with StandIn(["ada"], lambda number: "500") as server:
        canvas = Canvas(server.course, TOKEN, "01-recurrent-neurons", patience=QUICK)
        (entry,), _ = entries(canvas, [result("ada", 1)], [], "none", scale=True)
        with pytest.raises(UserError, match=r"Canvas did not take it .* status code 500"):
            canvas.send(entry)
        for address, token, title, sentence in (
            (server.course, "another", "", "refuses the token in CANVAS_TOKEN"),
            (
                server.course,
                TOKEN,
                "Nothing",
                "no assignments on Canvas fit 'Nothing'; name one with --title",
            ),
            (server.course + "/assignments/9", TOKEN, "", "knows no such course or assignment"),
            ("http://canvas.example.edu/courses/12", TOKEN, "", "must not travel unencrypted"),
            ("https://canvas.example.edu", TOKEN, "", "takes the address of a course"),
        ):
            with pytest.raises(UserError, match=sentence) as refusal:
                Canvas(address, token, "01-recurrent-neurons", title, QUICK)
            assert token not in str(refusal.value)


def test_without_a_token_nothing_is_asked(course, monkeypatch):
    monkeypatch.delenv("CANVAS_TOKEN")
    with StandIn(["ada"]) as server, pytest.raises(UserError, match="put a token into the environment"):
        run("--canvas", server.course)
    assert server.asked == []


def test_a_comment_says_where_points_were_lost_as_far_as_it_may():
    lost = result("ada", 3)
    assert comment_of("A", lost, 11, "pointer") == "A: 11 of 20 points.\nneuron: 3 of 12. expected 1, got 2."
    lost.diagnoses = {"neuron": HINT}
    start = "A: 11 of 20 points.\nneuron: 3 of 12. "
    assert comment_of("A", lost, 11, "pointer") == (
        start + "The bias is left out. What of 0? To read again: P, S u"
    )
    assert comment_of("A", lost, 11, "question") == start + "What of 0?"
    assert comment_of("A", lost, 11, "none") == start + "expected 1, got 2."
