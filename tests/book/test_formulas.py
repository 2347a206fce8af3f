"""Formulas as MathML: what they say, and the spaces that TeX sets (Knuth, *The TeXbook*, chapter 18)."""

import re
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont

from utils.book.extensions.formulas.mathml import Reader
from utils.book.extensions.formulas.style import FONT, characters, write_style


@pytest.fixture(scope="module")
def read():
    with Reader() as reader:
        yield lambda tex, display=False: ElementTree.fromstring(reader.mathml(tex, display))


def operators(math: ElementTree.Element) -> list[tuple]:
    """Each operator, with its spaces where they are not the browser's."""
    return [(one.text, one.get("lspace"), one.get("rspace")) for one in math.iter("mo")]


def test_a_formula_says_what_its_tex_does(read):
    math = read(r"\hat y_t = \frac{1}{2} \sum_{i<3} W_{hh}")
    assert "".join(math.itertext()) == "yˆt=12∑i<3Whh"
    assert [part.tag for part in math] == ["msub", "mo", "mfrac", "munder", "msub"]
    assert math.get("alttext") == r"\hat y_t = \frac{1}{2} \sum_{i<3} W_{hh}"
    assert math.find(".//mover").get("accent") == "true"


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("h_{t-1}", [("−", "0", "0")]),
        ("a-1", [("−", None, None)]),
        ("f(-x)", [("(", "0", "0"), ("−", "0", "0"), (")", "0", "0")]),
        ("a = -1", [("=", None, None), ("−", "0", "0")]),
        ("a += 1", [("+", None, "0"), ("=", "0", None)]),
        ("a/b", [("/", "0", "0")]),
        (r"= \sum_i a_i", [("=", None, None), ("∑", "0", None)]),
        (r"\log x", [("\u2061", "0", "0.1667em")]),
        (r"\log(x)", [("\u2061", "0", "0"), ("(", "0", "0"), (")", "0", "0")]),
        (r"n \times k", [("×", "0.2222em", "0.2222em")]),
        (r"(\cdot)", [("(", "0", "0"), ("⋅", "0", "0"), (")", "0", "0")]),
        (r"\odot", [("⊙", "0", "0")]),
        ("x, …, y", [(",", None, None), ("…", "0", "0.1667em"), (",", None, None)]),
        ("x … y", [("…", "0.1667em", "0.1667em")]),
    ],
)
def test_spaces_are_those_of_tex(read, tex, expected):
    assert operators(read(tex)) == expected


def test_a_function_stands_apart_from_what_is_before_it(read):
    assert [part.tag for part in read(r"2\log x")] == ["mn", "mspace", "mi", "mo", "mi"]
    assert [part.tag for part in read(r"-\log x")] == ["mo", "mspace", "mi", "mo", "mi"]
    assert [part.tag for part in read(r"a - \log x")] == ["mi", "mo", "mi", "mo", "mi"]
    assert [part.tag for part in read(r"W \left(x\right) y")] == ["mi", "mspace", "mrow", "mspace", "mi"]


def test_the_parentheses_of_a_binomial_are_as_high_as_what_they_hold(read):
    assert {one.get("maxsize") for one in read(r"\binom{12}{6}").iter("mo")} == {None}
    assert {one.get("maxsize") for one in read(r"\bigl(x\bigr)").iter("mo")} != {None}


def test_an_exponent_keeps_clear_of_a_letter_that_leans(read):
    assert [part.tag for part in read("W^k")[0][1]] == ["mspace", "mi"]
    assert read("x^k")[0][1].tag == "mi"


def test_a_fraction_keeps_its_two_parts(read):
    fraction = read(r"\frac{\left(a\right)}{\left(b\right)}").find(".//mfrac")
    assert ["".join(part.itertext()) for part in fraction] == ["(a)", "(b)"]


def test_a_prime_stands_beside_its_letter(read):
    assert [part.tag for part in read("h'")[0]] == ["mi", "mo"]
    (index,) = read("h'_t")
    assert (index.tag, "".join(index[0].itertext()), index[1].text) == ("msub", "h′", "t")


def test_numbers_and_apostrophes(read):
    assert read("p = ¼").find(".//mn").text == "¼"
    assert read(r"\text{don't}").find("mtext").text == "don’t"


def test_the_font_has_what_a_root_is_drawn_with(read, tmp_path):
    (tmp_path / "page.html").write_text('<p>a<math alttext="b"><msqrt><mi>c</mi></msqrt></math></p>')
    write_style(tmp_path, characters(tmp_path))
    assert {ord(character) for character in "c𝑐√"} <= set(TTFont(tmp_path / FONT).getBestCmap())


def test_letters_that_browsers_do_not_know_as_styles_are_characters(read):
    math = read(r"\mathbb{R} \mathcal{L} \mathbb{1} \mathbf{h} \boldsymbol{\alpha} \mathrm{softmax}")
    assert "".join(math.itertext()) == "ℝℒ𝟙𝐡𝜶softmax"


def test_no_attribute_is_empty(read):
    math = read(r"\begin{aligned} \log \sum_j e^{z_j} = m. \end{aligned}", True)
    assert math.find(".//mtable") is not None
    assert all(value for element in math.iter() for value in element.attrib.values())


def test_columns_keep_what_the_style_sheet_sets_them_by(read):
    table = read(r"\begin{aligned} a &= b \\ &\quad + c \end{aligned}", True).find(".//mtable")
    assert (table.get("columnalign"), table.get("columnspacing")) == ("right left", "0em")
    assert [len(row) for row in table] == [2, 2]


@pytest.mark.parametrize("tex", [r"\frac", r"\nowhere", r"a}", r"\begin{aligned} a"])
def test_what_cannot_be_read_is_said(read, tex):
    with pytest.raises(ValueError, match=re.escape(tex)):
        read(tex)
    assert read("x").find("mi").text == "x"  # and the next one is
