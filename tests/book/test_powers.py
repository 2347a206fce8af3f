"""Computed numbers in sentences are printed with powers of ten."""

import pytest
from docutils import nodes
from docutils.utils import new_document

from utils.book.extensions.powers import PrintPowers, with_powers


@pytest.mark.parametrize(
    ("python", "printed"),
    [
        (f"{3.1e-6:.0e}", "3 · 10⁻⁶"),
        (f"{-2.54e12:.1e}", "-2.5 · 10¹²"),
        (f"{1.0:.1e}", "1.0"),
        ("7e-04 to 3e-02", "7 · 10⁻⁴ to 3 · 10⁻²"),
        ("0.56", "0.56"),
        ("the word he-12", "the word he-12"),
        ("a1e-05", "a1e-05"),  # a name, not a number
    ],
)
def test_powers_of_ten(python, printed):
    assert with_powers(python).replace("\N{NO-BREAK SPACE}", " ") == printed


def test_only_what_was_computed_changes():
    page = new_document("page")
    paragraph = nodes.paragraph(
        "", "", nodes.inline("", "3e-06", classes=["pasted-text"]), nodes.Text(" of 1e-3")
    )
    page += paragraph
    PrintPowers(page).run()
    assert page.astext().replace("\N{NO-BREAK SPACE}", " ") == "3 · 10⁻⁶ of 1e-3"
