"""CSV files: read as learning platforms write them, and written so that no spreadsheet runs their cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from utils.common.errors import UserError
from utils.common.terminal import safe

# columns that tell a platform who is meant, and so stay as they came from it
KEYS = ("ID", "SIS User ID", "SIS Login ID", "Integration ID", "Identifier", "ID number")


class Cell(str):
    """A cell of a file that was read: its text, and how it stood there (``raw``), quotation marks and all."""

    __slots__ = ("raw",)
    raw: str

    @classmethod
    def of(cls, text: str, raw: str) -> Cell:
        cell = cls(text)
        cell.raw = raw
        return cell

    def changed(self, text: str) -> Cell:
        """Another text in its place, in quotation marks if it had some."""
        return Cell.of(text, quoted(text) if self.raw.startswith('"') else text)


@dataclass
class Table:
    """A CSV file with a header. What is read and not changed is written as it stood."""

    header: list[str]
    rows: list[list[str]]
    delimiter: str = ","
    bom: bool = False
    ending: str = "\r\n"
    keys: tuple[str, ...] = KEYS

    def places(self, *names: str) -> list[int]:
        """The columns that are called one of ``names``; capitals do not count."""
        wanted = [name.casefold() for name in names]
        return [i for i, name in enumerate(self.header) if name.strip().casefold() in wanted]

    def write(self, path: Path) -> None:
        """Write the table; a cell that a spreadsheet would take for a formula gets an apostrophe."""
        path.parent.mkdir(parents=True, exist_ok=True)
        keys = [name.strip() in self.keys for name in self.header]
        with path.open("w", newline="", encoding="utf-8-sig" if self.bom else "utf-8") as file:
            for row in [self.header, *self.rows]:
                cells = [
                    self.written(cell, row is not self.header and place < len(keys) and keys[place])
                    for place, cell in enumerate(row)
                ]
                file.write(self.delimiter.join(cells) + self.ending)

    def written(self, cell: object, key: bool) -> str:
        text = str(cell) if key else neutral(cell)
        if isinstance(cell, Cell) and text == cell:
            return cell.raw
        text = text if isinstance(cell, Cell) else safe(text)
        return quoted(text) if re.search(rf'["\r\n{re.escape(self.delimiter)}]', text) else text


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def neutral(cell: object) -> str:
    """``cell`` as text that no spreadsheet takes for a formula (OWASP, *CSV Injection*)."""
    text = "" if cell is None else str(cell)
    if re.fullmatch(r"[+-]?\d+(\.\d+)?|-", text):
        return text
    return f"'{text}" if text.lstrip(" \t\r\n").startswith(("=", "+", "-", "@")) else text


def read_table(path: Path, needs: Sequence[str] = ()) -> Table:
    """The CSV file ``path``, as Canvas or Moodle wrote it.

    Raises:
        UserError: there is no such file, or it has none of the columns ``needs``.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UserError(f"{path} is not UTF-8 text; export it again, as CSV in UTF-8") from None
    bom = text.startswith("\ufeff")
    text = text.lstrip("\ufeff")
    first, ending = re.match(r"([^\r\n]*)(\r\n|\n|\r|)", text).groups()  # type: ignore[union-attr]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    except csv.Error as error:
        raise UserError(f"{path} is not a CSV file: {error}") from None
    rows = as_they_stand(text, delimiter, rows)
    table = Table(rows[0] if rows else [], rows[1:], delimiter, bom, ending or "\n")
    if missing := [name for name in needs if not table.places(name)]:
        raise UserError(
            f"{path} has no column {missing[0]!r}; export it again, and change nothing in its header"
        )
    for row in table.rows:
        row += [""] * (len(table.header) - len(row))
    return table


def as_they_stand(text: str, delimiter: str, rows: list[list[str]]) -> list[list[str]]:
    """``rows`` with each cell as it stands in ``text``; as they are, where that is quoted in another way."""
    cell = re.compile(rf'("(?:[^"]|"")*"|[^"\r\n{delimiter}][^\r\n{delimiter}]*|)({delimiter}|\r\n|\n|\r|\Z)')
    found: list[list[str]] = [[]]
    at = 0
    while at < len(text):
        if not (match := cell.match(text, at)):
            return rows
        raw, end = match.groups()
        plain = raw[1:-1].replace('""', '"') if raw.startswith('"') else raw
        found[-1].append(Cell.of(plain, raw))
        at = match.end()
        if end != delimiter:
            found.append([])
        elif at == len(text):
            found[-1].append(Cell.of("", ""))
    found = [row for row in found if row and row != [""]]
    return found if found == rows else rows
