"""The pages of the built site, in the order of the table of contents, as other formats need them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from utils.common.errors import UserError

HERE = Path(__file__).parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
NEEDED = (
    "this needs Chromium and the package playwright, which lay out formulas and pages: install the program "
    '`chromium`, and run `.venv/bin/python -m pip install -c requirements.txt -e ".[book,dev]"`'
)


@dataclass(frozen=True)
class Page:
    """A page of the book.

    Attributes:
        name: its path in the site, without ``.html``. id: the same without ``/``, which its heading has.
        title: with its number. level: 1 for a chapter and other main pages, 2 for the pages below.
        part: the caption of the part that it opens; "" for others.
        xhtml: a ``section`` element. images: paths in the site.
    """

    name: str
    id: str
    title: str
    number: str
    level: int
    part: str
    xhtml: str
    images: tuple[str, ...]


@contextmanager
def chromium() -> Iterator[Any]:
    """The system's Chromium, driven by playwright.

    Raises:
        UserError: one of the two is not here.
    """
    program = next(filter(None, map(shutil.which, NAMES)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        program = None
    if program is None:
        raise UserError(NEEDED)
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=program, args=options)
        try:
            yield browser
        finally:
            browser.close()


def contents(book: Path) -> list[tuple[str, int, str]]:
    """Name, level and part (where it opens one) of each page in ``_toc.yml``, the home page first."""
    toc = yaml.safe_load((book / "_toc.yml").read_text(encoding="utf-8"))
    parts = toc.get("parts") or [{"caption": "", "chapters": toc.get("chapters", [])}]
    found = [(toc["root"], 1, "")]
    for part in parts:
        for number, chapter in enumerate(part["chapters"]):
            found.append((chapter["file"], 1, "" if number else part.get("caption", "")))
            found += [(section["file"], 2, "") for section in chapter.get("sections", [])]
    return found


def read_pages(book: Path, site: Path, browser: Any, hide: str = "") -> list[Page]:
    """The pages of the ``site`` that was built of ``book``.

    Args:
        hide: a CSS selector of what is left out.
    """
    listed = contents(book)
    tab = browser.new_page()
    tab.goto((site / "404.html").as_uri())  # scripts of the site may be loaded from here
    tab.add_script_tag(content=HERE.joinpath("pages.js").read_text(encoding="utf-8"))
    pages = []
    for name, level, part in listed:
        html = (site / f"{name}.html").read_text(encoding="utf-8")
        given = {"html": html, "name": name, "hide": hide}
        made = tab.evaluate(
            "given => convertPage(given)", {**given, "names": [page for page, _, _ in listed]}
        )
        made["images"] = tuple(dict.fromkeys(made["images"]))
        pages.append(Page(level=level, part=part, **made))
    tab.close()
    return pages
