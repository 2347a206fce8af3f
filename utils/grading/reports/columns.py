"""Which column of a platform's table is which: by its English name, by what is in it, or as it is told.

Moodle and Canvas write the names of columns in the teacher's language. What is in them looks the same
everywhere: Moodle numbers its students, and the column of the maximum holds one number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from utils.common.errors import UserError
from utils.grading.reports.tables import Table

MOODLE = {
    "identifier": ("Identifier",),
    "grade": ("Grade",),
    "maximum": ("Maximum grade",),
    "changeable": ("Grade can be changed",),
    "login": ("ID number", "Username", "Email address"),
}
CANVAS = {"identifier": ("ID",), "login": ("SIS Login ID", "SIS User ID")}
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
# in Moodle's languages
NO = {
    "no", "nein", "non", "não", "nee", "nej", "nei", "ei", "ne", "nie", "nem", "nu", "нет", "ні",
    "не", "όχι", "hayır", "לא", "لا", "いいえ", "否", "아니오", "아니요", "không", "tidak", "ez", "na",
}  # fmt: skip
YES = {
    "yes", "ja", "oui", "sí", "si", "sim", "sì", "kyllä", "tak", "igen", "da", "да", "так", "ναι",
    "evet", "כן", "نعم", "はい", "是", "예", "네", "có", "ya", "bai", "ano", "áno", "jah", "taip", "jā",
}  # fmt: skip


@dataclass(frozen=True)
class Columns:
    """Places of columns; ``maximum`` and ``changeable`` may be missing."""

    identifier: int
    grade: int
    maximum: int | None
    changeable: int | None
    logins: list[int]


def read_columns(texts: Sequence[str]) -> dict[str, str]:
    """The values of ``--columns``: ``identifier=ID`` or ``identifier=ID,grade=Bewertung``.

    Raises:
        UserError: it is not of that form.
    """
    found: dict[str, str] = {}
    for text in texts:
        for part in re.split(rf",(?=\s*(?:{'|'.join(MOODLE)})\s*=)", text):
            what, sign, name = part.partition("=")
            if not sign or what.strip() not in MOODLE or not name.strip():
                raise UserError(
                    f"--columns takes WHAT=NAME, such as grade=Bewertung, with one of {', '.join(MOODLE)}; "
                    f"not {part!r}"
                )
            found[what.strip()] = name.strip()
    return found


def place_named(
    table: Table, what: str, named: Mapping[str, str], usual: Mapping[str, tuple[str, ...]]
) -> int | None:
    """The column that ``named`` tells, or else that has the usual name."""
    if what in named:
        if not (places := table.places(named[what])):
            raise UserError(f"there is no column {named[what]!r}; {what} may be {names_of(table)}")
        return places[0]
    return next(iter(table.places(*usual.get(what, ()))), None)


def names_of(table: Table) -> str:
    return ", ".join(repr(str(name)) for name in table.header) or "none"


def cells(table: Table, place: int) -> list[str]:
    return [row[place].strip() for row in table.rows]


def moodle_columns(table: Table, named: Mapping[str, str], where: Path) -> Columns:
    """The columns of Moodle's grading worksheet.

    Raises:
        UserError: one that is needed cannot be told.
    """
    places = {what: place_named(table, what, named, MOODLE) for what in MOODLE}
    if places["identifier"] is None:
        places["identifier"] = next(
            (i for i in range(len(table.header)) if numbers_students(cells(table, i))), None
        )
    pairs = [
        i
        for i in range(1, len(table.header))
        if is_maximum(cells(table, i)) and are_grades(cells(table, i - 1))
    ]
    if places["grade"] is None and places["maximum"] is None and len(pairs) == 1:
        places["grade"], places["maximum"] = pairs[0] - 1, pairs[0]
    elif places["grade"] is not None and places["maximum"] is None and places["grade"] + 1 in pairs:
        places["maximum"] = places["grade"] + 1
    for what in ("identifier", "grade"):
        if places[what] is None:
            raise UserError(
                f"{where}: which column is the {what} cannot be told; name it with --columns {what}=…, "
                f"one of {names_of(table)}"
            )
    identifier, grade = places["identifier"], places["grade"]
    assert identifier is not None and grade is not None
    if places["changeable"] is None:
        places["changeable"] = next(
            (i for i in range(grade + 1, len(table.header)) if says_yes_or_no(cells(table, i))), None
        )
    known = [named["login"]] if "login" in named else MOODLE["login"]
    logins = table.places(*known) or [i for i in range(grade) if i != identifier]
    return Columns(identifier, grade, places["maximum"], places["changeable"], logins)


def numbers_students(texts: list[str]) -> bool:
    """``Participant 101``, ``Teilnehmer/in102``: one word, and numbers that differ."""
    found = [re.fullmatch(r"(.*\D)(\d+)", text) for text in texts]
    parts = [match.groups() for match in found if match]
    return (
        bool(parts)
        and len(parts) == len(texts) == len({n for _, n in parts})
        and len({w for w, _ in parts}) == 1
    )


def is_maximum(texts: list[str]) -> bool:
    """The same number for everybody, above 0."""
    return len(set(texts)) == 1 and number(texts[0]) not in (None, 0.0)


def are_grades(texts: list[str]) -> bool:
    """Numbers, or nothing yet."""
    return all(text in ("", "-") or number(text) is not None for text in texts)


def says_yes_or_no(texts: list[str]) -> bool:
    return bool(texts) and all(text.casefold() in YES | NO for text in texts)


def number(text: str) -> float | None:
    """A number with a decimal point or comma; None for other text."""
    return float(text.replace(",", ".")) if NUMBER.fullmatch(text.strip()) else None


def has_commas(texts: list[str]) -> bool:
    """Whether numbers are written with decimal commas."""
    return any(NUMBER.fullmatch(text) and "," in text for text in texts)


def canvas_columns(
    table: Table, named: Mapping[str, str], grade: int, where: Path
) -> tuple[int, list[int], list[int]]:
    """Of Canvas's table: the column of its numbers, those of logins, and those that say who is meant.

    Args:
        grade: the assignment's column; all before the first assignment's tell who is meant.
    """
    first = next(i for i, name in enumerate(table.header) if re.search(r"\(\d+\)\s*$", name) or i == grade)
    identifier = place_named(table, "identifier", named, CANVAS)
    if identifier is None:
        digits = [
            i
            for i in range(1, first)
            if any(cells(table, i)) and all(t.isdecimal() for t in cells(table, i) if t)
        ]
        if not digits:
            raise UserError(
                f"{where}: which column is Canvas's number of a student cannot be told; name it with "
                f"--columns identifier=…, one of {names_of(table)}"
            )
        identifier = digits[0]
    logins = table.places(named["login"]) if "login" in named else table.places(*CANVAS["login"])
    return identifier, logins or [i for i in range(1, first - 1) if i != identifier], list(range(first))
