"""The spaces of TeX (Knuth, *The TeXbook*, chapter 18) where those of MathML Core are others."""

from __future__ import annotations

from itertools import pairwise
from xml.etree.ElementTree import Element

ROWS = ("math", "mrow", "mstyle", "mtd", "msqrt")
SCRIPTS = ("msub", "msup", "msubsup", "munder", "mover", "munderover")
ACCENTS = {"^": "\N{MODIFIER LETTER CIRCUMFLEX ACCENT}", "~": "\N{SMALL TILDE}", "¯": "¯", "→": "→", "←": "←"}
LEANING = set("TVWY")
OPEN, CLOSE = set("([{|‖"), set(")]}|‖")
TIGHT = OPEN | CLOSE | set("./…′″")
SIGNS = set("+−±")
TIMES = set("×⊙·⋅")
SUMS = set("∑∏")
APPLIED = "\N{FUNCTION APPLICATION}"
THIN, MEDIUM = "0.1667em", "0.2222em"


def set_spaces(element: Element) -> None:
    """Set the spaces in an element; those of the elements around it must have been set."""
    children = list(element)
    if element.tag == "mo":
        set_own(element)
    elif element.tag in SCRIPTS:
        set_scripts(element, children[1:])
    elif any(child.get("linethickness") == "0" for child in children):
        for parenthesis in element.iter("mo"):  # of a binomial: as high as what it holds
            parenthesis.attrib.pop("minsize", None)
            parenthesis.attrib.pop("maxsize", None)
    if element.tag == "math":
        if len(children) == 1:
            set_to(edge(element, 0), "0", "0")  # an operator that a sentence speaks of
        elif edge(element, 0).text in SUMS:
            edge(element, 0).set("lspace", "0")
    if element.tag in ROWS:
        for child, following in pairwise(children):
            set_between(element, child, following)


def set_own(operator: Element) -> None:
    """The spaces that an operator has everywhere, unless it has others already."""
    text = operator.text or ""
    if "lspace" not in operator.attrib:
        if text in TIGHT or text.isalpha():
            set_to(operator, "0", "0")
        elif text in TIMES:
            set_to(operator, MEDIUM, MEDIUM)


def set_scripts(element: Element, scripts: list[Element]) -> None:
    """No space in an index: t-1. An accent lies on its letter, an exponent keeps clear of W's arm."""
    for operator in (one for script in scripts for one in script.iter("mo")):
        set_to(operator, "0", "0")
    if element.tag != "msub" and scripts[0].tag == "mo" and scripts[0].text in ACCENTS:
        element.set("accent", "true")
        scripts[0].text = ACCENTS[scripts[0].text]
    if element.tag in ("msup", "msubsup") and element[0].text in LEANING:
        apart = Element("mrow")
        apart.extend([Element("mspace", width="0.1em"), element[-1]])
        element[-1] = apart


def set_between(element: Element, child: Element, following: Element) -> None:
    """The space between two children that follow each other."""
    first, second = edge(child, -1), edge(following, 0)
    operator = first.tag == "mo"
    sign = first.text in SIGNS and (child is element[0] or is_tight(first))
    if first.text == "+" and second.text == "=":  # one sign
        first.set("rspace", "0")
        second.set("lspace", "0")
    elif first.text == APPLIED:
        set_to(first, "0", "0" if second.text in OPEN and not is_inner(following) else THIN)
    elif is_function(following) or is_inner(following) or (is_inner(child) and second.tag != "mo"):
        if sign or first.text in CLOSE or not (operator or first.tag == "mspace"):
            element.insert(list(element).index(following), Element("mspace", width=THIN))
    elif first.text == "…":
        set_to(first, first.get("lspace", "0"), THIN if second.tag != "mo" or second.text == "," else "0")
    elif second.text == "…":
        set_to(second, "0" if operator else THIN, "0")
    elif operator and second.text in SUMS:
        second.set("lspace", "0")
    elif operator and (first.text not in CLOSE or child is element[0]) and second.text in SIGNS | TIMES:
        set_to(second, "0", "0")  # of what follows, as in f(-x), or of nothing, as in f(·)


def set_to(operator: Element, before: str, after: str) -> None:
    if operator.tag == "mo":
        operator.attrib.update(lspace=before, rspace=after)


def is_tight(operator: Element) -> bool:
    return operator.get("rspace") == "0"


def is_function(element: Element) -> bool:
    """``log``, not ``x``."""
    return element.tag == "mi" and len(element.text or "") > 1


def is_inner(element: Element) -> bool:
    """What stands between left and right."""
    return element.get("data-mjx-texclass") == "INNER"


def edge(element: Element, side: int) -> Element:
    """What an element begins (0) or ends (-1) with; an index is not its end."""
    while len(element):
        element = element[0 if element.tag in SCRIPTS else side]
    return element
