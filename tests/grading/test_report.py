"""The page about a class says what the results say."""

import json
import re
from datetime import datetime, timedelta

import pytest

from utils.grading.gradebook.journal import Journal
from utils.grading.reports.charts import bins, histogram
from utils.grading.reports.class_report import (
    commonest_failures,
    hardest_tests,
    report_data,
    report_page,
    summary,
    time_by_part,
    walls,
)
from utils.grading.reports.history import moves, results_before, times
from utils.grading.result import Result

CLASS = [
    Result(
        "ada",
        "graded",
        {"one-a": (2, 2), "two-a": (0, 3)},
        failures={"two-a": "it is 3, not 5.5"},
        seconds=1.0,
        parts={"tests": 0.25, "student": 0.5},
        walls="bubblewrap",
    ),
    Result(
        "bob",
        "graded",
        {"one-a": (1, 2), "two-a": (0, 3)},
        failures={"two-a": "it is 4, not -1e3", "one-a": "no"},
        seconds=3.0,
        parts={"tests": 0.75, "student": 2.0},
        walls="limits",
        notes=["<b>cheat</b>"],
    ),
    Result("cy", "broken", problem="work.ipynb is <empty>.", notes=["one.", "two."]),
]


def test_the_hardest_tests_come_first():
    assert hardest_tests(CLASS[:2]) == [
        {"name": "two-a", "lost": 2, "of": 2},
        {"name": "one-a", "lost": 1, "of": 2},
    ]


def test_sentences_that_differ_in_numbers_are_one():
    first, second = commonest_failures(CLASS)
    assert first == {"test": "two-a", "sentence": "it is 3, not 5.5", "students": ["ada", "bob"]}
    assert second["students"] == ["bob"]


def test_time_by_part_adds_up_to_the_whole():
    parts = time_by_part(CLASS)
    assert [(part["name"], part["seconds"]) for part in parts] == [
        ("student", 1.25),
        ("tests", 0.5),
        ("everything else", 0.25),
    ]
    assert sum(part["share"] for part in parts) == pytest.approx(1)


def test_how_students_were_kept_in_is_told():
    assert walls(CLASS)["kinds"] == {"bubblewrap": 1, "limits": 1}
    assert "1 submission ran with resource limits alone" in report_page("x", CLASS)
    assert "resource limits alone" not in report_page("x", CLASS[:1])


@pytest.mark.parametrize("scores", [[], [1.0], [3.0, 1.0, 2.0, 4.0]])
def test_the_summary_is_that_of_the_scores(scores):
    found = summary(scores)
    assert bool(found) == bool(scores)
    if len(scores) == 4:
        assert (found["lowest"], found["median"], found["mean"], found["highest"]) == (1, 2.5, 2.5, 4)


@pytest.mark.parametrize(
    ("values", "possible"), [([0, 1, 1, 4], 4), ([0.5, 20, 19.9, 0], 20), ([], 3), ([5], 3), ([0], 0)]
)
def test_every_student_is_in_one_bar(values, possible):
    labels, counts, edges = bins(values, possible)
    assert sum(counts) == len(values) and len(labels) == len(counts)
    assert not edges or len(edges) == len(counts) + 1
    shown = histogram(values, possible, "<task>")
    assert 'role="img"' in shown and "&lt;task&gt;" in shown and "<task>" not in shown


def test_the_page_names_everybody_to_look_at_and_escapes_what_they_wrote():
    text = report_page("01-tiny", CLASS, ["<i>x.ipynb</i> is nobody's."])
    for there in (
        "&lt;b&gt;cheat&lt;/b&gt;",
        "work.ipynb is &lt;empty&gt;.",
        "&lt;i&gt;x.ipynb",
        "one.",
        "two.",
    ):
        assert there in text
    assert not re.search(r"<script|<b>|<i>|https?://|src=", text)
    assert len(re.findall(r"<svg", text)) == len(re.findall(r'aria-label="Histogram', text)) == 3


def test_on_a_phone_where_heads_are_hidden_a_number_says_what_it_counts():
    text = report_page("01-tiny", CLASS)
    rows = re.search(r"Commonest failures.*?<tbody>(.*?)</tbody>", text, re.S)[1]
    assert re.findall(r'<td class="number"([^>]*)>(\d+)</td>', rows) == [
        (' data-label="students: "', "2"),
        (' data-label="students: "', "1"),
    ]
    assert "::before { content: attr(data-label)" in text


def test_names_are_broken_only_where_they_are_long():
    text = report_page("01-tiny", CLASS)
    assert re.search(r"\.name \{[^}]*overflow-wrap: break-word", text)
    for name in ("cy", "two-a", "two", "student"):
        assert re.search(rf'class="name">{name}<', text), name


@pytest.mark.parametrize("results", [[], CLASS[2:]])
def test_a_class_without_grades_has_a_page_too(results):
    text = report_page("01-tiny", results)
    assert "<svg" not in text and "No times were kept." in text


def mistaken(number: int, sentence: str) -> Result:
    """A student with a known mistake, and points that go with it."""
    name = f"student {number:02}"
    about = {"name": "wrong/sign", "misconception": sentence, "section": "Signs, Minus", "address": ""}
    scores = {"one-a": (float(number % 2), 1.0), "two-a": (float(number % 2), 1.0), "two-b": (1.0, 1.0)}
    notes, failures = [f"a note on {name}"], {"one-a": f"{name} said 3"}
    return Result(
        name, "graded", scores, notes=notes, failures=failures, diagnoses={"one": about}, seconds=number
    )


MISTAKEN = [
    mistaken(number, "The sign is turned." if number < 8 else "A <b> is missing.") for number in range(12)
]


def test_mistakes_are_counted_with_links_to_those_who_made_them():
    text = report_page("01-tiny", MISTAKEN, notebook="tiny")
    rows = re.search(r"Mistakes that are known.*?<tbody>(.*?)</tbody>", text, re.S)[1]
    assert re.findall(r"(\d+) of 12", rows) == ["8", "4"]
    assert "A &lt;b&gt; is missing." in rows and rows.index("The sign is turned.") < rows.index("is missing.")
    assert "For the next lecture: Signs, Minus" in rows
    assert re.findall(r'href="([^"]+)"', rows)[0] == "feedback/student%2000/01-tiny/tiny.html"
    assert len(re.findall("href=", rows)) == 12
    assert "Mistakes that are known" not in report_page("x", CLASS)


def test_the_points_say_what_the_tests_are_worth():
    text = report_page("01-tiny", MISTAKEN)
    assert "What the points say about the tasks" in text and "What the points say about the tests" in text
    assert "Nearly everybody gets it: it tells nobody apart." in text
    assert "not known" in text  # the correlation of a test that all pass
    assert "What the points say" not in report_page("x", CLASS)


def test_an_anonymous_page_names_nobody():
    text = report_page("01-tiny", MISTAKEN, ["student 01 sent <x>"], notebook="tiny", anonymous=True)
    assert "The sign is turned." in text and "student 0" not in text and "student%200" not in text
    data = report_data("01-tiny", MISTAKEN, anonymous=True)
    assert "student 0" not in json.dumps(data) and data["mistakes"][0]["count"] == 8


def test_the_data_beside_the_page_is_plain_json():
    data = json.loads(json.dumps(report_data("01-tiny", MISTAKEN), allow_nan=False))
    assert data["mistakes"][0]["students"] == [f"student {number:02}" for number in range(8)]
    tests = data["items"]["tests"]["items"]
    assert [item["name"] for item in tests] == ["one-a", "two-a", "two-b"]
    assert (
        tests[0]["discrimination"]["value"] == pytest.approx(1)
        and tests[2]["discrimination"]["value"] is None
    )
    assert report_data("x", CLASS)["items"] == {"tasks": None, "tests": None}
    json.dumps(report_data("x", []), allow_nan=False)


def test_the_page_says_how_points_and_mistakes_moved_since_the_grading_before(tmp_path):
    journal = Journal(tmp_path / "results.jsonl")
    forgets = {"one": {"name": "wrong/forgets", "misconception": "The state is forgotten."}}

    def put(student: str, one: float, two: float, work: str, mistakes: dict) -> None:
        scores = {"one-a": (one, 4.0), "two-a": (two, 2.0)}
        journal.append(Result(student, "graded", scores, diagnoses=mistakes, digest=work * 64 + "tests"))

    put("ada", 0, 2, "a", {})
    put("ada", 1, 2, "a", forgets)
    put("bob", 2, 0, "b", forgets)
    put("cy", 1, 1, "c", forgets)
    journal.append(Result("bob", "broken", problem="Empty."))
    put("ada", 4, 2, "a", {})  # the test was mended
    put("bob", 3, 1, "d", forgets)  # handed in anew
    results = journal.results()
    moved = moves(results.values(), results_before(journal))
    assert moved == {
        "students": 2,
        "anew": 1,
        "tasks": [
            {"name": "one", "before": 1.5, "now": 3.5, "possible": 4.0},
            {"name": "two", "before": 1.0, "now": 1.5, "possible": 2.0},
        ],
        "mistakes": [{"task": "one", "misconception": "The state is forgotten.", "before": 2, "now": 1}],
    }
    page = report_page("x", results.values(), anonymous=True, moved=moved)
    assert "Since the grading before" in page and "1.50" in page and "ada" not in page
    assert report_data("x", results.values(), moved=moved)["moved"] == moved
    due = datetime(2026, 3, 1, 12)
    rows = [{"timestamp": due + timedelta(hours=hours), "duedate": due} for hours in (-5, -3, 2)]
    came = times([*rows, {"timestamp": None, "duedate": due}], journal)
    assert came == {"timed": 3, "late": 1, "hours_left": 3.0, "attempts": {1: 2, 2: 1}}
    page = report_page("x", results.values(), came=came)
    assert "When it came" in page and "3 of 3" in page and "2 graded attempts" in page
    assert times([{"timestamp": None}], Journal(tmp_path / "none")) == {}
    assert "When it came" not in report_page("x", results.values())
    assert moves(results.values(), {}) == {} and "Since the grading" not in report_page("x", results.values())
