"""Templates filled in, and what of a student's text and outputs a page can show safely."""

from __future__ import annotations

import base64
import binascii
import re
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from nbformat import NotebookNode

LONGEST = 4000  # characters of one output
MOST_READ = 100_000  # characters of one output that are looked at at all
LARGEST_FIGURE = 2_000_000  # bytes
MOST_OUTPUTS = 20  # of one cell


def page(template: str, **values: Any) -> str:
    """A page of this folder's ``template``; everything in ``values`` is escaped."""
    return templates().get_template(template).render(values)


@cache
def templates() -> jinja2.Environment:
    """The templates of this folder; each is compiled once."""
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    environment = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, finalize=finalized
    )
    environment.filters["points"] = lambda value: f"{value:g}"
    return environment


def finalized(value: Any) -> Any:
    """What a template writes: text without what steers a terminal or turns the direction of a line."""
    return plain(value) if type(value) is str else value


def show_outputs(cell: NotebookNode) -> list[dict[str, str]]:
    """What a student's cell printed or drew, as far as a page can show it safely."""
    outputs = cell.get("outputs", [])
    shown = [one for output in outputs[:MOST_OUTPUTS] if (one := show_output(output))]
    if len(outputs) > MOST_OUTPUTS:
        shown.append({"text": f"… ({len(outputs) - MOST_OUTPUTS} more outputs)"})
    return shown


def show_output(output: NotebookNode) -> dict[str, str]:
    """One output as text or as a figure; empty when there is nothing to show."""
    data = output.get("data", {})
    if "image/png" in data:
        return show_figure(data["image/png"])
    if output.output_type == "error":
        return {"text": clip(f"{output.ename}: {output.evalue}")}
    text = clip(output.get("text", "") or data.get("text/plain", ""))
    return {"text": text} if text.strip() else {}


def show_figure(encoded: Any) -> dict[str, str]:
    """A figure that is a PNG indeed, in base64."""
    try:
        content = base64.b64decode("".join(joined(encoded).split()), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        return {"text": "(a figure that is no PNG)"}
    if len(content) > LARGEST_FIGURE:
        return {"text": f"(a figure of {len(content) / 1e6:.0f} MB, which is left out)"}
    return {"image": base64.b64encode(content).decode()}


def joined(text: Any) -> str:
    """``text`` as one string; notebooks may hold it in lines."""
    return "".join(map(str, text)) if isinstance(text, (list, tuple)) else str(text)


def plain(text: Any) -> str:
    """``text`` without what steers a terminal: colours, and lines that were written over."""
    text = re.sub(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|[@-_])", "", joined(text))
    lines = (line.rpartition("\r")[2] for line in text.replace("\r\n", "\n").split("\n"))
    text = "\n".join(lines)
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text)


def clip(text: Any) -> str:
    """``text``, or its start when it is very long."""
    whole = joined(text)
    text = plain(whole[:MOST_READ])
    more = len(text) - LONGEST + max(0, len(whole) - MOST_READ)
    return text if more <= 0 else text[:LONGEST] + f"… ({more} more characters)"
