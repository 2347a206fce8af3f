"""One style sheet for the site, with the rules that its pages can use.

The theme brings Bootstrap and more, in many files, and the pages use a small part of it; nothing is painted
before a browser has fetched and read them all. Here they become one file. A rule stays if every class,
identifier and element that its selector names stands in a tag of some page, or in a script, which may give it
to an element later.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import tinycss2

SHEET = "_static/styles/site.css"
LINK = re.compile(r"[ \t]*<link(?=[^>]* rel=\"stylesheet\")(?![^>]* media=)[^>]* href=\"([^\"?]*)[^>]*>\n?")
TAG = re.compile(r"<[a-zA-Z][^>]*>")
ADDRESS = re.compile(r"url\(\s*([\"']?)(?![\"']|data:|https?:|/|#)([^)\"']+)\1\s*\)")
GROUPS = ("media", "supports", "layer", "container")  # at-rules that hold rules
OF_A_FILE = ("charset", "import")  # at-rules that mean nothing where files are joined


def join_sheets(site: Path, pages: list[Path]) -> None:
    """Link each page to one sheet in place of its many. Pages of an earlier build have their link already."""
    texts = {page: page.read_text(encoding="utf-8") for page in pages}
    sheets = list(dict.fromkeys(sheet for page, text in texts.items() for sheet in linked(site, page, text)))
    ours = site / SHEET
    if sheets == [ours] or not sheets:
        return
    sheets = [sheet for sheet in sheets if sheet != ours]
    rules = "\n".join(read(sheet, ours.parent) for sheet in sheets)
    parsed = tinycss2.parse_stylesheet(rules, skip_comments=True, skip_whitespace=True)
    style = f"/* of: {' '.join(sheet.relative_to(site).as_posix() for sheet in sheets)} */\n"
    style += without_unused(parsed, words_of(texts.values(), scripts_of(site, texts.values())))
    ours.parent.mkdir(parents=True, exist_ok=True)
    ours.write_text(style, encoding="utf-8")
    version = sha256(style.encode()).hexdigest()[:8]
    for page, text in texts.items():
        place = Path(os.path.relpath(ours, page.parent)).as_posix()
        link = f'<link rel="stylesheet" href="{place}?v={version}" />\n'
        page.write_text(relinked(text, link), encoding="utf-8")


def linked(site: Path, page: Path, text: str) -> Iterator[Path]:
    """The files of the site that a page takes its style from, in their order."""
    for address in LINK.findall(text):
        sheet = Path(os.path.normpath(page.parent / address))
        if sheet.is_relative_to(site) and sheet.exists():
            yield sheet


def relinked(text: str, link: str) -> str:
    """A page with one link where its first was, and no other."""
    first = LINK.search(text)
    if first is None:
        return text
    return text[: first.start()] + link + LINK.sub("", text[first.start() :])


def read(sheet: Path, folder: Path) -> str:
    """A sheet with those that it imports, with addresses that hold for a file in ``folder``."""
    text = sheet.read_text(encoding="utf-8")
    rules = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
    before = ""
    for rule in rules:
        if rule.type == "at-rule" and rule.lower_at_keyword == "import":
            (name,) = [token.value for token in rule.prelude if token.type in ("string", "url")]
            before += read(sheet.parent / name, folder)
    moved = Path(os.path.relpath(sheet.parent, folder))
    return before + ADDRESS.sub(lambda found: f"url({os.path.normpath(moved / found[2])})", text)


def scripts_of(site: Path, pages: Iterable[str]) -> Iterator[str]:
    """The scripts that pages name, and the modules of live figures, which a script fetches."""
    names = {name for page in pages for name in re.findall(r"([\w.-]+\.js)\b", page)}
    for path in site.rglob("_static/**/*.js"):
        if path.name in names or path.parent.name == "live":
            yield path.read_text(encoding="utf-8")


def words_of(pages: Iterable[str], scripts: Iterable[str]) -> set[str]:
    """What can be the name of a class, an identifier or an element."""
    words = {"html", "body"}
    scripts = list(scripts)
    for page in pages:
        words.update(word for tag in TAG.findall(page) for word in re.findall(r"[^\s\"'<>=/]+", tag))
        scripts += re.findall(r"<script.*?</script>", page, flags=re.DOTALL)
    return words.union(*(re.findall(r"[\w-]+", script) for script in scripts))


def without_unused(rules: list[Any], words: set[str]) -> str:
    """The rules, as text, less the selectors that match nothing."""
    kept = []
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [part for part in split(rule.prelude) if named(part) <= words]
            if selectors:
                prelude = ",".join(tinycss2.serialize(part).strip() for part in selectors)
                kept.append(f"{prelude}{{{text_of(rule.content)}}}")
        elif rule.type == "at-rule" and rule.lower_at_keyword in GROUPS and rule.content is not None:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            if style := without_unused(inner, words):
                kept.append(f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{style}}}")
        elif rule.type == "at-rule" and rule.lower_at_keyword not in OF_A_FILE:
            kept.append(rule.serialize())
    return "\n".join(kept)


def text_of(content: list[Any]) -> str:
    return tinycss2.serialize([token for token in content if token.type != "comment"]).strip()


def split(prelude: list[Any]) -> list[list[Any]]:
    """A list of selectors, at its commas."""
    parts: list[list[Any]] = [[]]
    for token in prelude:
        if token == ",":
            parts.append([])
        elif token.type != "comment":
            parts[-1].append(token)
    return parts


def named(selector: list[Any]) -> set[str]:
    """The classes, identifiers and elements without which a selector matches nothing."""
    names, before = set(), None
    for token in selector:
        if token.type == "hash" or (token.type == "ident" and before != ":"):
            names.add(token.value)
        before = token.value if token.type == "literal" else None
    return names
