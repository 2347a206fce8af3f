"""What the private part of the course must not give away, and the search for it in a folder.

Private are solutions, hidden tests, the right and wrong variants and what is said about them. A line or two
of them may also stand in a chapter, as those of a training step do; so several lines in a row are looked for.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import jupytext

from utils.authoring.release import Assignment, find_assignments
from utils.authoring.variants import read_variants

SHORTEST = 50  # characters of a sentence that is looked for
TELLING = 200  # characters of code that are no coincidence: longer than a training step, which chapters show
MARKS = re.compile(r"^[#\s]*### (?:BEGIN|END) (?:SOLUTION|HIDDEN TESTS)\s*$", re.MULTILINE)


def find_secrets(root: Path, folder: Path) -> list[str]:
    """The files below ``folder`` that hold something private of the course in ``root``, one sentence each."""
    secrets = {text: (telling_word(text), what) for text, what in private_texts(root).items()}
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        for inside, text in readings(name, path.read_bytes()):
            if what := held(text, secrets):
                found.append(f"{inside} holds {what}")
    return list(dict.fromkeys(found))


def private_texts(root: Path) -> dict[str, str]:
    """What must not be given away, without its line breaks, and what each is.

    What stands in a released notebook is no secret.
    """
    secrets: dict[str, str] = {}
    for assignment in find_assignments(root):
        for text, what in of_assignment(assignment):
            secrets.setdefault(text, what)
    public = "\n".join(
        flat(text)
        for path in sorted((root / "assignments").glob("*/*.ipynb"))
        for _, text in readings(path.name, path.read_bytes())
    )
    return {text: what for text, what in secrets.items() if text not in public}


def of_assignment(assignment: Assignment) -> Iterator[tuple[str, str]]:
    """The private texts of one assignment, and what each is."""
    for cell in jupytext.read(assignment.source, fmt="py:percent").cells:
        kinds = re.findall(r"### BEGIN (SOLUTION|HIDDEN TESTS)", cell.source)
        for text in pieces(MARKS.sub("", cell.source)) if kinds else ():
            yield text, f"a {'solution' if kinds[0] == 'SOLUTION' else 'hidden test'} of {assignment.name}"
    for variant in read_variants(assignment):
        for code in variant.answers.values():
            for text in pieces(code):
                yield text, f"code of {assignment.name}/{variant.name}"
        for sentence in (variant.text, variant.question, variant.common):
            if len(sentence) >= SHORTEST:
                yield flat(sentence), f"what is said about {assignment.name}/{variant.name}"


def pieces(code: str) -> Iterator[str]:
    """From each line of ``code``, as many lines as can be told from others; short code as a whole."""
    lines = [line for line in map(flat, code.splitlines()) if line.strip("# ")]
    for start in range(len(lines)):
        text = ""
        for line in lines[start:]:
            text = f"{text} {line}".strip()
            if len(text) >= TELLING:
                break
        if len(text) >= (SHORTEST if start == 0 else TELLING):
            yield text


def flat(text: str) -> str:
    """``text`` on one line, each run of white space as one space."""
    return " ".join(text.split())


def readings(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    """The texts in a file, each with the name of where it stands; archives are opened."""
    if content.startswith(b"PK") and zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from readings(f"{name}/{member}", archive.read(member))
        return
    if content.startswith(b"\x1f\x8b"):
        yield from readings(f"{name}/", gzip.decompress(content))
        return
    text = content.decode("utf-8", errors="replace")
    yield name, text
    try:
        yield name, "\n".join(strings(json.loads(text)))
    except ValueError:  # code inside quotes, as in a database or a script
        yield name, text.replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")
    if "<" in text:
        yield name, unescape(re.sub(r"<[^>]*>", "", text))


def strings(value: Any) -> Iterator[str]:
    """Every text in a JSON value; a list of lines, as notebooks have them, is one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        yield "".join(value)
        yield from value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from strings(item)


def telling_word(secret: str) -> str:
    """Its longest word; the first and the last may have a quote or a bracket beside them."""
    return max(secret.split()[1:-1], key=len, default="")


def held(text: str, secrets: dict[str, tuple[str, str]]) -> str:
    """What of ``secrets`` stands in ``text``; "" for nothing."""
    if MARKS.search(text):
        return "a mark of a solution or of hidden tests"
    line = flat(text)
    words = {"", *line.split()}
    for secret, (word, what) in secrets.items():
        if word in words and secret in line:
            return what
    return ""
