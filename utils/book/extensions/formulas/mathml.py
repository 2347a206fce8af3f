"""The MathML of MathJax, made fit for browsers.

They lay out `MathML Core <https://www.w3.org/TR/mathml-core/>`_, which is less than MathJax writes, and their
spaces are not always those of TeX.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from functools import lru_cache
from itertools import pairwise
from xml.etree import ElementTree

NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'  # which HTML does not need
SCRIPTS = ("msub", "msup", "msubsup", "munder", "mover", "munderover")
ACCENTS = {"^": "\N{MODIFIER LETTER CIRCUMFLEX ACCENT}", "~": "\N{SMALL TILDE}", "¯": "¯", "→": "→", "←": "←"}
LETTERS = ("double-struck", "script", "fraktur", "sans-serif", "monospace", "bold", "bold-italic")
TIGHT = set("./…|‖")
SIGNS = set("+−±")
OPEN, CLOSE = set("([{|‖"), set(")]}|‖.…")
SUMS = set("∑∏")
APPLIED = "\N{FUNCTION APPLICATION}"
THIN = "0.1667em"


class Reader:
    """Reads TeX; the process that does it begins with the first formula."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None
        self.mathml = lru_cache(maxsize=None)(self.read)

    def read(self, tex: str, display: bool = False) -> str:
        """A formula in TeX as a ``math`` element, whose ``alttext`` is the TeX.

        Args:
            display: whether it stands in a line of its own.

        Raises:
            ValueError: MathJax cannot read it.
        """
        math = ElementTree.fromstring(self.ask(tex, display).replace(NAMESPACE, ""))
        if (wrong := math.find(".//merror")) is not None:
            raise ValueError(f"{wrong.get('data-mjx-error')}: {tex}")
        for element in math.iter():
            spaces(element)
            letters(element)
        for element in math.iter():
            for name in [name for name in element.attrib if name.startswith("data-mjx")]:
                del element.attrib[name]
            element.tail = None
            if len(element):
                element.text = None
        math.set("alttext", " ".join(tex.split()))
        return ElementTree.tostring(math, encoding="unicode", short_empty_elements=False)

    def ask(self, tex: str, display: bool) -> str:
        if self.process is None:
            command = [sys.executable, "-m", "utils.book.extensions.formulas.mathjax"]
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
            )
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps([tex, display]) + "\n")
        self.process.stdin.flush()
        if not (answer := self.process.stdout.readline()):
            raise RuntimeError("the process that reads formulas has ended; it says above why")
        return json.loads(answer)

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        if self.process is not None:
            self.process.communicate()
            self.process = None


def spaces(element: ElementTree.Element) -> None:
    """Set the spaces inside an element as TeX does, where those of MathML Core are others."""
    children = list(element)
    if element.tag in SCRIPTS:
        for operator in (one for script in children[1:] for one in script.iter("mo")):
            tight(operator)  # no space in an index: t-1
        if element.tag != "msub" and children[1].tag == "mo" and children[1].text in ACCENTS:
            element.set("accent", "true")
            children[1].text = ACCENTS[children[1].text]
    if element.tag == "mo" and (element.text in TIGHT or (element.text or "").isalpha()):
        tight(element)
    for child, following in pairwise(children):
        first, second = edge(child, -1), edge(following, 0)
        if first.text == "+" and second.text == "=":  # one sign
            first.set("rspace", "0")
            second.set("lspace", "0")
        elif first.text == APPLIED:
            tight(first)
            if second.text not in OPEN:
                first.set("rspace", THIN)
        elif is_function(following) and first.tag not in ("mo", "mspace"):
            element.insert(list(element).index(following), ElementTree.Element("mspace", width=THIN))
        elif first.tag == "mo" and second.text in SUMS:
            second.set("lspace", "0")
        elif first.tag == "mo" and first.text not in CLOSE and second.text in SIGNS:
            tight(second)  # a sign of what follows, as in f(-x)


def is_function(element: ElementTree.Element) -> bool:
    return element.tag == "mi" and len(element.text or "") > 1


def tight(operator: ElementTree.Element) -> None:
    operator.attrib.update(lspace="0", rspace="0")


def edge(element: ElementTree.Element, side: int) -> ElementTree.Element:
    """What an element begins (0) or ends (-1) with; an index is not its end."""
    while len(element):
        element = element[0 if element.tag in SCRIPTS else side]
    return element


def letters(element: ElementTree.Element) -> None:
    """Replace letters that are marked as double-struck, bold and the like by those characters themselves."""
    kind = element.get("mathvariant")
    if kind in LETTERS:
        del element.attrib["mathvariant"]
        kind = kind.upper().replace("BOLD-", "BOLD ")
        element.text = "".join(letter(kind, character) for character in element.text or "")


def letter(kind: str, character: str) -> str:
    """``character`` of a kind; as it is, if there is none such."""
    name = re.sub("LATIN |GREEK |LETTER ", "", unicodedata.name(character))
    for full in (f"{kind} {name}", f"MATHEMATICAL {kind} {name}"):
        try:
            return unicodedata.lookup(full)
        except KeyError:
            continue
    return character
