"""What stays in the gradebook, and what goes, when work is graded again or cells change."""

import pytest
from gradebook_course import (
    CELLS,
    DUE,
    LATE,
    SCORES,
    TINY,
    address,
    enter,
    files,
    fill,
    grade_by_hand,
    hand_in,
    history,
    rows,
    state,
    write_source,
)
from nbgrader import api

from utils.common.errors import UserError
from utils.grading.gradebook.writer import Gradebook


def test_writing_the_same_again_changes_nothing_also_after_a_person_graded(course, source, url):
    with Gradebook(course, url) as gradebook:
        enter(gradebook, source, DUE)
        work = hand_in(course, "ada")
        gradebook.write(*work)
        grade_by_hand(url, "ada")
        before, there = state(url), files(course)
        gradebook.write(*work)
        enter(gradebook, source)
        assert (state(url), files(course)) == (before, there)
        assert len(history(course, "ada")) == 1  # the same twice is one
    assert not list(course.glob("gradebook-*.db"))


def test_a_new_attempt_keeps_what_a_person_gave_and_asks_to_look_again(course, source, url):
    with Gradebook(course, url) as gradebook:
        enter(gradebook, source, DUE)
        gradebook.write(*hand_in(course, "ada"))
        grade_by_hand(url, "ada")
        better = dict(SCORES, **{"double-hard": (2.0, 2.0)})
        gradebook.write(*hand_in(course, "ada", better, mark="second"))
        seen = state(url)
        assert seen[TINY, "ada", "numbers", "grade", "essay"][:4] == (None, 1.5, 0.25, True)
        assert seen[TINY, "ada", "numbers", "comment", "essay"][1] == "Good."
        assert seen[TINY, "ada", "numbers", "grade", "double-hard"][0] == 2.0
        assert [result.score for _, result in history(course, "ada")] == [2.5, 4.5]
        assert rows(gradebook)[0]["score"] == 2.5 + 2 + 1.5 + 0.25


def test_a_deleted_test_keeps_no_mark_of_the_attempt_before(course, source):
    with Gradebook(course) as gradebook:
        enter(gradebook, source, DUE)
        gradebook.write(*hand_in(course, "ada"))
        submission, result, notebook = hand_in(course, "ada", mark="second")
        del notebook.cells[2], result.scores["double-easy"]
        gradebook.write(submission, result, notebook)
        assert state(address(course))[TINY, "ada", "numbers", "grade", "double-easy"][:4] == (
            None,
            None,
            None,
            True,
        )


def test_changed_cells_keep_manual_marks_and_drop_marks_of_tests_that_are_gone(course, source, url, tmp_path):
    with Gradebook(course, url) as gradebook:
        enter(gradebook, source, DUE)
        for student in ("ada", "alan"):
            gradebook.write(*hand_in(course, student))
        for cell in ("essay", "sketch"):
            grade_by_hand(url, "ada", cell)
        with api.Gradebook(url) as book:
            book.find_grade("drawing", "numbers", TINY, "ada").manual_score = 4
            book.find_comment("drawing", "numbers", TINY, "ada").manual_comment = "A fine line."
            book.db.commit()
        before = state(url)
        cells = dict(
            CELLS, **{"double-part": (CELLS["double-part"][0], "test", 6), "new": ("assert 1", "test", 7)}
        )
        del cells["double-hard"]
        cells["sketch"] = ("Draw with words.", "manual text", 3)
        cells["drawing"] = ("Draw it here.", "manual text", 5)
        enter(gradebook, write_source(tmp_path / "changed" / TINY, cells))

        seen = state(url)
        ada = {key[-1]: row for key, row in seen.items() if key[:2] == (TINY, "ada") and "grade" in key}
        assert set(ada) == {"double-easy", "double-part", "sketch", "essay", "drawing", "new"}
        assert ada["double-easy"][:2] == (1.0, None)  # it did not change
        assert ada["double-part"][:4] == (None, None, None, True)
        assert ada["new"][:4] == (None, None, None, True)
        assert [ada[cell][1] for cell in ("essay", "sketch", "drawing")] == [1.5, 1.5, 4]
        assert seen[TINY, "ada", "numbers", "comment", "essay"][1] == "Good."
        assert seen[TINY, "ada", "numbers", "comment", "drawing"][1] == "A fine line."
        assert seen[TINY][0] == 1 + 6 + 3 + 2 + 5 + 7

        fresh = tmp_path / "fresh"
        with Gradebook(fresh) as unspoilt:
            enter(unspoilt, tmp_path / "changed" / TINY, DUE)
        assert state(address(fresh))[TINY, "numbers"] == seen[TINY, "numbers"]
    kept = list(course.glob("gradebook-*.db"))
    assert len(kept) == 1 and state(f"sqlite:///{kept[0]}") == before


def test_a_notebook_that_is_gone_leaves_and_a_new_one_comes(course, source, url, tmp_path):
    with Gradebook(course, url) as gradebook:
        enter(gradebook, source, DUE)
        gradebook.write(*hand_in(course, "ada"))
        enter(gradebook, write_source(tmp_path / "other" / TINY, notebook="letters"))
        seen = state(url)
        assert (TINY, "ada", "letters") in seen and (TINY, "ada", "numbers") not in seen
        assert rows(gradebook)[0]["score"] is None


def test_a_gradebook_that_no_longer_has_the_marks_is_filled_again(course, source, tmp_path):
    """The journal's word counts only where the gradebook agrees."""
    students = ["ada", "alan"]
    fill(course, source, None, students)
    copied = (course / "gradebook.db").read_bytes()
    fill(course, source, None, [*students, "barbara"])
    whole = state(address(course))
    (course / "gradebook.db").write_bytes(copied)  # an older copy is put back
    fill(course, source, None, [*students, "barbara"])
    assert state(address(course)) == whole
    (course / "gradebook.db").unlink()
    fill(course, source, None, [*students, "barbara"])
    assert state(address(course)) == whole
    harder = dict(CELLS, **{"double-hard": (CELLS["double-hard"][0], "test", 9)})
    with Gradebook(course) as gradebook:  # other points, and back again before anybody was graded
        enter(gradebook, write_source(tmp_path / "harder" / TINY, harder))
        enter(gradebook, source)
        assert {result.digest for result in gradebook.read_results().values()} == {""}
    assert len(list(course.glob("gradebook-*.db"))) == 2  # also when both were in the same second
    fill(course, source, None, [*students, "barbara"])
    assert state(address(course)) == whole


def test_an_extension_counts_and_a_plugin_of_ones_own(course, source):
    course.mkdir()
    (course / "nbgrader_config.py").write_text(
        "from nbgrader.plugins import BasePlugin\n"
        "class Half(BasePlugin):\n"
        "    def late_submission_penalty(self, student, score, seconds):\n"
        "        return {'ada': score / 2, 'alan': 1000, 'barbara': None, 'claude': -1}[student]\n"
        "c.AssignLatePenalties.plugin_class = Half\n"
    )
    with Gradebook(course) as gradebook:
        enter(gradebook, source, DUE)
        for student in ("ada", "alan", "barbara", "claude"):
            gradebook.write(*hand_in(course, student, when=LATE))
        assert [row["score"] for row in rows(gradebook)] == [1.25, 0, 2.5, 2.5]
        with api.Gradebook(address(course)) as book:
            book.grant_extension(TINY, "ada", hours=2)
        gradebook.write(*hand_in(course, "ada", when=LATE))
        assert rows(gradebook)[0]["score"] == 2.5
        with pytest.raises(UserError, match="plugin failed for edsger"):
            gradebook.write(*hand_in(course, "edsger", when=LATE))
        assert len(rows(gradebook)) == 4
    (course / "nbgrader_config.py").write_text("c.LateSubmissionPlugin.penalty_method = 'guess'\n")
    with pytest.raises(UserError, match=r"nbgrader_config\.py cannot be used"):
        Gradebook(course)
