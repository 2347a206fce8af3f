"""A student's page: it says what was expected and received, hides hidden tests, and nothing on it runs."""

import base64
import html
import re

import nbformat
import pytest

from utils.grading.reports import feedback
from utils.grading.reports.feedback import feedback_page
from utils.grading.reports.rendering import clip, plain
from utils.grading.result import Result

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 20).decode()
TEST = """y = double(1)
assert y == 2
### BEGIN HIDDEN TESTS
SECRET = 7
assert double(SECRET) == 14
### END HIDDEN TESTS"""


def output(kind: str, **values):
    return nbformat.v4.new_output(kind, **values)


def graded(
    answer_outputs=(), test_outputs=(), answer="def double(x):\n    return x"
) -> nbformat.NotebookNode:
    """A graded notebook of one task with one test."""

    def marks(name: str, **more) -> dict:
        return {"nbgrader": {"grade_id": name, "grade": False, "solution": False, **more}}

    cells = [
        nbformat.v4.new_markdown_cell("## Task 1: `double` of $x$ (2 points)"),
        nbformat.v4.new_code_cell(
            answer, metadata=marks("double", solution=True), outputs=list(answer_outputs)
        ),
        nbformat.v4.new_code_cell(
            TEST, metadata=marks("double-small", grade=True), outputs=list(test_outputs)
        ),
    ]
    cells[1].execution_count, cells[2].execution_count = 1, 2
    return nbformat.v4.new_notebook(cells=cells)


def page(notebook=None, got=0.0, failures=None, **options) -> str:
    result = Result("ada", "graded", {"double-small": (got, 2)}, failures=failures or {})
    return feedback_page("01-tiny", result, notebook or graded(), **options)


def error(name: str, text: str, *traceback: str):
    return output("error", ename=name, evalue=text, traceback=list(traceback))


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        (
            "y: expected shape (4, 2), got (2, 4): are two axes exchanged?",
            ("y", "shape (4, 2)", "(2, 4)", "Are two axes exchanged?"),
        ),
        (
            "y: expected 0.5, got 1 at index (0, 1), where they differ most: all 4 values are wrong.",
            ("y", "0.5", "1 at index (0, 1), where they differ most", "All 4 values are wrong."),
        ),
        ("f: expected a torch.Tensor, got NoneType.", ("f", "a torch.Tensor", "NoneType", "")),
    ],
)
def test_what_was_expected_and_received_stand_apart(message, parts):
    comparison = feedback.Test("t", 0, 1, message).comparison
    assert (comparison["what"], comparison["expected"], comparison["got"], comparison["hint"]) == parts
    text = page(graded(test_outputs=[error("CheckFailed", message)]))
    assert "<dt>expected</dt>" in text and f"<dd>{parts[1]}</dd>" in text and f"<dd>{parts[2]}</dd>" in text


def test_a_sentence_of_another_form_stays_whole():
    assert feedback.Test("t", 0, 1, "double(-3) is -6").comparison == {}
    assert "double(-3) is -6" in page(graded(test_outputs=[error("AssertionError", "double(-3) is -6")]))


def test_hidden_tests_are_shown_on_request_only():
    assert "SECRET" not in page() and "assert y == 2" in page()
    assert "goes on with inputs that are not shown" in page()
    assert "double(SECRET) == 14" in page(show_hidden=True)
    assert "not shown" not in page(show_hidden=True)


def test_a_bare_assert_names_its_line_unless_that_is_hidden():
    frame = "Cell In[2], line {0}\n      1 y = double(1)\n----> {0} {1}\n"
    visible = error("AssertionError", "", frame.format(2, "assert y == 2"))
    hidden = error("AssertionError", "", frame.format(5, "assert double(SECRET) == 14"))
    assert "This does not hold: assert y == 2" in page(graded(test_outputs=[visible]))
    text = page(graded(test_outputs=[hidden]))
    assert "A hidden check does not hold." in text and "SECRET" not in text


def test_a_sentence_from_the_result_serves_where_the_notebook_has_none():
    assert "double(9) is 18" in page(failures={"double-small": "double(9) is 18"})


def lost_tests(text: str) -> str:
    """What the page says of the tests that lost points, as text."""
    found = re.findall(r'<li class="test lost">.*?</li>', text, re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", " ".join(found))).split())


def test_why_a_tasks_cell_stopped_comes_before_what_its_tests_say():
    stopped = [error("ModuleNotFoundError", "No module named 'tensorflow'")]
    cause = "The cell of this task stopped: ModuleNotFoundError: No module named 'tensorflow'."
    undefined = error("NameError", "name 'double' is not defined")
    shown = lost_tests(page(graded(stopped, [undefined]), failures={"double-small": cause}))
    assert shown.count(cause) == 1 and "not defined" not in shown and "does not hold" not in shown

    wrong = page(graded(stopped, [error("CheckFailed", "y: expected 0.5, got 1: a hint")]))
    assert lost_tests(wrong).count(cause) == 1 and "<dt>expected</dt>" in wrong
    assert lost_tests(wrong).index(cause) < lost_tests(wrong).index("expected")
    assert lost_tests(page(graded(stopped), failures={"double-small": f"{cause} It is 3."})).count(cause) == 1
    assert cause not in lost_tests(page(graded(stopped), got=2))


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        (
            "Stopped",
            "the cell double stopped: it ended Python (exit code 1).",
            "it ended Python (exit code 1).",
        ),
        (
            "Stopped",
            "the cell double took more than 2 seconds; is there a loop that does not end?",
            "it took more than 2 seconds; is there a loop that does not end?",
        ),
        ("SyntaxError", "invalid syntax (3834203437.py, line 2)", "SyntaxError: invalid syntax (line 2)."),
        ("SystemExit", "", "SystemExit."),
    ],
)
def test_the_cause_is_a_sentence(name, text, reason):
    shown = lost_tests(
        page(graded([error(name, text)], [error("NameError", "name 'double' is not defined")]))
    )
    assert f"The cell of this task stopped: {reason} " in shown


def test_a_name_that_is_missing_in_a_cell_that_ran_is_still_named():
    undefined = error("NameError", "name 'double' is not defined")
    assert "NameError: name 'double' is not defined" in lost_tests(page(graded((), [undefined])))


def test_an_instructors_comment_is_shown():
    assert "well &lt;done&gt;" in page(comments={"double": "well <done>"})


def test_headings_are_text():
    assert "Task 1: double of x (2 points)" in page()


EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def test_nothing_of_a_students_runs():
    outputs = [
        output("display_data", data={"text/html": EVIL, "application/javascript": "alert(1)"}),
        output("display_data", data={"image/svg+xml": f"<svg>{EVIL}</svg>", "text/plain": f"plain {EVIL}"}),
        output("display_data", data={"image/png": f'"{EVIL}'}),
        output("display_data", data={"image/png": base64.b64encode(EVIL.encode()).decode()}),
        output("stream", name="stdout", text=EVIL),
        error(EVIL, EVIL, EVIL),
    ]
    text = page(graded(outputs, [error(EVIL, EVIL, f"Cell In[1], line 1 {EVIL}")], answer=EVIL))
    assert "<script" not in text and "<svg" not in text and "onerror=alert(1)>" not in text
    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text
    assert text.count("a figure that is no PNG") == 2
    assert "http" not in text.replace("http-equiv", "")


def test_text_and_figures_are_shown():
    outputs = [
        output("display_data", data={"image/png": PNG[:10] + "\n" + PNG[10:], "text/plain": "<Figure>"}),
        output("stream", name="stdout", text=["epoch 1\n", "\x1b[31mepoch\x1b[0m 2\n"]),
    ]
    text = page(graded(outputs))
    assert f"data:image/png;base64,{PNG}" in text and "epoch 1\nepoch 2" in text and "Figure&gt;" not in text


def test_a_broken_submission_says_why_and_shows_no_points():
    text = feedback_page("01-tiny", Result("ada", "broken", problem="work.ipynb is <empty>."), None)
    assert "work.ipynb is &lt;empty&gt;." in text and "points" not in text.partition("<body>")[2]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\rb\n", "b\n"),
        ("a\r\nb", "a\nb"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x07", "link"),
        ("\x1b[2Ka\x07", "a"),
        ("x\u202ey", "xy"),
        (["a", "b"], "ab"),
        (None, "None"),
    ],
)
def test_what_steers_a_terminal_is_taken_out(raw, shown):
    assert plain(raw) == shown


def test_long_outputs_are_cut():
    assert len(clip("x" * 10**6)) < 4100 and "996000 more characters" in clip("x" * 10**6)
    many = [output("stream", name="stdout", text=f"{i}\n") for i in range(500)]
    assert "480 more outputs" in page(graded(many))


MISTAKE = {
    "name": "wrong/sign",
    "misconception": "The <sign> is turned.",
    "question": "Which way is up?",
    "section": "Signs, Minus",
    "address": "",
}


def hinted(got: float = 0.0, hints: str = "pointer", **about: str) -> str:
    result = Result("ada", "graded", {"double-small": (got, 2)}, diagnoses={"double": MISTAKE | about})
    return feedback_page("01-tiny", result, graded(), hints=hints).partition("<main>")[2]


@pytest.mark.parametrize(
    ("hints", "there"),
    [
        ("none", ()),
        ("question", ("Which way is up?",)),
        ("pointer", ("The &lt;sign&gt; is turned.", "Which way is up?", "Signs, Minus")),
    ],
)
def test_a_page_says_as_much_of_a_known_mistake_as_the_instructor_wants(hints, there):
    text = hinted(hints=hints)
    for part in ("The &lt;sign&gt; is turned.", "Which way is up?", "Signs, Minus"):
        assert (part in text) == (part in there)
    assert text.count("known mistake") == (hints == "pointer")
    assert "wrong/sign" not in text  # the variant's name would tell what others are there


def test_a_mistake_comes_before_the_tests_of_its_task_and_only_where_points_were_lost():
    text = hinted()
    assert text.index("The &lt;sign&gt;") < text.index('class="test lost"')
    assert "&lt;sign&gt;" not in hinted(got=2)


def test_the_section_is_linked_where_the_book_has_an_address():
    assert "<a href" not in hinted()
    assert '<a href="https://book/x.html#minus">Signs, Minus</a>' in hinted(
        address="https://book/x.html#minus"
    )
