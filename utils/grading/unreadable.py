"""What a file is that should be a notebook and is none, and what its student can do: the rest of a sentence.

"Open it in Jupyter" is advice for what Jupyter opens. Each other cause has its own.
"""

from __future__ import annotations

import io
import json
import re
import zipfile

AGAIN = "; open it in Jupyter, save it and hand it in again."
FRESH = "; copy the answers into a fresh download of the assignment and hand it in again."
OWN = "; find the notebook that you worked in (its name ends in .ipynb) and hand it in again."
EXPORT = (
    "; save the notebook itself (in Jupyter: File, Download; in Colab: File, Download .ipynb) "
    "and hand it in again."
)

BINARY = {  # how the file begins, and what it is then
    b"%PDF": "is a PDF",
    b"\xd0\xcf\x11\xe0": "is a document of an office program",
    b"Rar!": "is a RAR archive with another ending",
    b"7z\xbc\xaf": "is a 7z archive with another ending",
    b"\x1f\x8b": "is a compressed file with another ending",
    b"BZh": "is a compressed file with another ending",
    b"\x89PNG": "is a picture",
    b"\xff\xd8\xff": "is a picture",
    b"GIF8": "is a picture",
    b"bplist00": "is a link, and not what it leads to",
    b"SQLite format 3": "is a database",
}
TEXT = {  # the same for text, in small letters
    r"version https://git-lfs\.github\.com/": (
        "is a pointer of Git LFS in place of the file",
        "; fetch the file by `git lfs pull` and hand it in again.",
    ),
    r"<(!doctype html|html|head|body|script|meta)\b": ("is a web page in place of the notebook", EXPORT),
    r"<\?xml": ("is XML", EXPORT),
    r"\[internetshortcut\]": ("is a link, and not what it leads to", EXPORT),
    r"\{\\rtf": ("is a document of an office program", EXPORT),
    r"(import |from \w+ import|def |class |#!|# %%|# ---|# coding|# -\*-)": ("is a Python script", EXPORT),
}
CONFLICT = re.compile(r"^(<{7} |>{7} |={7}$)", re.MULTILINE)


def why_no_text(content: bytes) -> str:
    """About bytes that are not UTF-8."""
    if found := binary(content):
        return found
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or content[1:2] == b"\0":
        return "is not UTF-8 but UTF-16 text; save it in the encoding UTF-8 and hand it in again."
    return f"is not UTF-8 text{FRESH}"


def binary(content: bytes) -> str:
    """About a file of another program; empty for any other."""
    if content.startswith(b"PK\x03\x04"):
        return f"{zipped(content)}{EXPORT}"
    return next((f"{what}{EXPORT}" for start, what in BINARY.items() if content.startswith(start)), "")


def zipped(content: bytes) -> str:
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        names = []
    kinds = {"word/": "a Word document", "xl/": "an Excel document", "ppt/": "a PowerPoint document"}
    kind = next((kind for start, kind in kinds.items() if any(name.startswith(start) for name in names)), "")
    return f"is {kind or 'a zip with another ending'}"


def why_no_json(text: str, error: json.JSONDecodeError) -> str:
    """About text that is not JSON."""
    start = text[:1000].lstrip("\ufeff \t\r\n").lower()
    if found := next((both for pattern, both in TEXT.items() if re.match(pattern, start)), None):
        return "".join(found)
    if not text.strip("\0 \t\r\n"):
        return f"holds nothing but zero bytes, so that its disk has lost it{OWN}"
    if found_conflict := CONFLICT.search(text):
        line = text.count("\n", 0, found_conflict.start()) + 1
        return f"holds a merge conflict of Git (line {line}); resolve it and hand it in again."
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return f"is not JSON to its end: it is cut short in line {text.rstrip().count(chr(10)) + 1}{OWN}"
    return f"is not JSON (line {error.lineno}: {error.msg}){FRESH}"


def why_no_notebook(data: object) -> str:
    """About JSON that has no cells."""
    known = data if isinstance(data, dict) else {}
    address = " ".join(str(known.get(key)) for key in ("url", "doc_id", "resource_id") if key in known)
    if address:
        return f"is a link to a file of Google Drive, and not that file{EXPORT}"
    return f"is JSON but not a notebook: it has no cells{OWN}"
