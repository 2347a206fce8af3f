"""CSV files: read as learning platforms write them, and written so that no spreadsheet runs their cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from utils.errors import UserError

# columns that tell a platform who is meant, and so stay as they came from it
KEYS = ("ID", "SIS User ID", "SIS Login ID", "Integration ID", "Identifier", "ID number")


@dataclass
class Table:
    """A CSV file with a header."""

    header: list[str]
    rows: list[list[str]]
    delimiter: str = ","
    bom: bool = False

    def places(self, *names: str) -> list[int]:
        """The columns that are called one of ``names``; capitals do not count."""
        wanted = [name.casefold() for name in names]
        return [i for i, name in enumerate(self.header) if name.strip().casefold() in wanted]

    def write(self, path: Path) -> None:
        """Write the table; a cell that a spreadsheet would take for a formula gets an apostrophe."""
        path.parent.mkdir(parents=True, exist_ok=True)
        keys = [name.strip() in KEYS for name in self.header]
        with path.open("w", newline="", encoding="utf-8-sig" if self.bom else "utf-8") as file:
            table = csv.writer(file, delimiter=self.delimiter)
            table.writerow(map(neutral, self.header))
            for row in self.rows:
                table.writerow(
                    cell if place < len(keys) and keys[place] else neutral(cell)
                    for place, cell in enumerate(row)
                )


def neutral(cell: object) -> str:
    """``cell`` as text that no spreadsheet takes for a formula (OWASP, *CSV Injection*)."""
    text = "" if cell is None else str(cell)
    if re.fullmatch(r"[+-]?\d+(\.\d+)?|-", text):
        return text
    return f"'{text}" if text.lstrip(" \t\r\n").startswith(("=", "+", "-", "@")) else text


def read_table(path: Path, needs: Sequence[str]) -> Table:
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
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter) if row]
    except csv.Error as error:
        raise UserError(f"{path} is not a CSV file: {error}") from None
    table = Table(rows[0] if rows else [], rows[1:], delimiter, bom)
    if missing := [name for name in needs if not table.places(name)]:
        raise UserError(
            f"{path} has no column {missing[0]!r}; export it again, and change nothing in its header"
        )
    for row in table.rows:
        row += [""] * (len(table.header) - len(row))
    return table
