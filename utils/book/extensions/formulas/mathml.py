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
from xml.etree import ElementTree

from utils.book.extensions.formulas.spaces import set_spaces

NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'  # which HTML does not need
LETTERS = ("double-struck", "script", "fraktur", "sans-serif", "monospace", "bold", "bold-italic")


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
            letters(element)
            set_prime(element)
            set_spaces(element)
        for element in math.iter():
            for name, value in list(element.items()):
                if name.startswith("data-mjx") or not value:  # an empty one is no MathML
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


def set_prime(element: ElementTree.Element) -> None:
    """Set a prime beside its letter, not as an exponent: the font's is raised and small already."""
    if element.tag == "msup" and is_prime(element[1]):
        element.tag = "mrow"
    elif element.tag == "msubsup" and is_prime(element[2]):
        base, index, prime = element
        together = ElementTree.Element("mrow")
        together.extend([base, prime])
        element.tag, element[:] = "msub", [together, index]


def is_prime(element: ElementTree.Element) -> bool:
    return element.tag == "mo" and set(element.text or "") <= set("′″")


def letters(element: ElementTree.Element) -> None:
    """Write the text of an element as TeX shows it.

    Replace letters that are marked as double-struck, bold and the like by those characters themselves.
    """
    text = element.text or ""
    if element.tag == "mo" and text and unicodedata.category(text[0]) == "No":
        element.tag = "mn"  # ¼ is a number
    elif element.tag == "mtext":
        element.text = text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
    kind = element.get("mathvariant")
    if kind in LETTERS:
        del element.attrib["mathvariant"]
        kind = kind.upper().replace("BOLD-", "BOLD ")
        element.text = "".join(letter(kind, character) for character in text)


def letter(kind: str, character: str) -> str:
    """``character`` of a kind; as it is, if there is none such."""
    name = re.sub("LATIN |GREEK |LETTER ", "", unicodedata.name(character))
    for full in (f"{kind} {name}", f"MATHEMATICAL {kind} {name}"):
        try:
            return unicodedata.lookup(full)
        except KeyError:
            continue
    return character
