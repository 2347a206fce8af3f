"""A deck of slides for each chapter, in a file that needs no network: reveal.js with what the pages show."""

from __future__ import annotations

import base64
import importlib.util
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from utils.book.extensions.formulas.style import whole_style
from utils.book.formats.pages import Page, chromium, read_pages
from utils.common.address import configuration
from utils.common.errors import UserError

HERE = Path(__file__).parent
TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg"}
SIZE = {"width": 1280, "height": 720}
SETTINGS = """{width: 1280, height: 720, margin: 0, center: false, hash: true, slideNumber: 'c/t',
transition: 'none', plugins: [RevealNotes]}"""


def write_slides(root: Path, site: Path, to: Path, only: str = "") -> Iterator[tuple[Path, int]]:
    """Write the decks of the chapters of the ``site`` into the folder ``to``; each file, and its slides.

    Args:
        only: the number of a chapter; "" for all.

    Raises:
        UserError: reveal.js is not here, or there is no chapter of that number.
    """
    reveal = reveal_folder()
    style = (reveal / "dist" / "reveal.css").read_text(encoding="utf-8")
    style += whole_style(site / "_static") + HERE.joinpath("slides.css").read_text(encoding="utf-8")
    scripts = [reveal / "dist" / "reveal.js", reveal / "plugin" / "notes" / "notes.js"]
    course = configuration(root).get("title", "")
    to.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        chapters = chapters_of(read_pages(root / "book", site, browser))
        if only and only.lstrip("0") not in chapters:
            raise UserError(f"there is no chapter {only}; the chapters are: {', '.join(chapters)}")
        for number, pages in chapters.items():
            if only and number != only.lstrip("0"):
                continue
            slides = make_slides(browser, style, [with_images(page, site) for page in pages])
            path = to / f"{Path(pages[0].name).parent.name}.html"
            path.write_text(deck(f"{pages[0].title} – {course}", style, slides, scripts), encoding="utf-8")
            yield path, len(slides)


def reveal_folder() -> Path:
    """Where reveal.js is: a package for Sphinx brings it."""
    found = importlib.util.find_spec("sphinx_revealjs")
    if found is None or found.origin is None:
        raise UserError(
            "slides need reveal.js: run `.venv/bin/python -m pip install -c requirements.txt "
            '-e ".[book,dev,slides]"`'
        )
    return Path(found.origin).parent / "_static" / "revealjs"


def chapters_of(pages: list[Page]) -> dict[str, list[Page]]:
    """The pages of each numbered chapter, by its number."""
    chapters: dict[str, list[Page]] = {}
    current: list[Page] = []
    for page in pages:
        if page.level == 1:
            current = chapters.setdefault(page.number, []) if page.number else []
        current.append(page)
    return chapters


def with_images(page: Page, site: Path) -> dict[str, Any]:
    """The page for the script, its figures inside."""

    def inside(match: re.Match) -> str:
        path = site / match[2]
        data = base64.b64encode(path.read_bytes()).decode()
        return f'{match[1]}data:{TYPES[path.suffix]};base64,{data}"'

    xhtml = re.sub(r'(<img[^>]* src=")([^"]+)"', inside, page.xhtml)
    xhtml = re.sub(r'<a\b[^>]* href="#[^"]*"[^>]*>(.*?)</a>', r"\1", xhtml, flags=re.DOTALL)  # to other pages
    return {"title": page.title, "level": page.level, "xhtml": xhtml}


def make_slides(browser: Any, style: str, pages: list[dict[str, Any]]) -> list[str]:
    """The slides of a chapter, each of them HTML."""
    tab = browser.new_page(viewport=SIZE)
    tab.set_content(
        f'<style>{style}</style><div class="reveal"><div class="slides" style="position: static"></div></div>'
    )
    tab.add_style_tag(content=".reveal .slides > section { display: block; position: relative; }")
    tab.add_script_tag(content=HERE.joinpath("slides.js").read_text(encoding="utf-8"))
    slides = tab.evaluate("pages => makeSlides(pages)", pages)
    tab.close()
    return slides


def deck(title: str, style: str, slides: list[str], scripts: list[Path]) -> str:
    """The file of a deck."""
    texts = [path.read_text(encoding="utf-8").replace("</script", "<\\/script") for path in scripts]
    code = "\n".join(f"<script>{text}</script>" for text in texts)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>{escape(title)}</title><style>{style}</style></head>
<body><div class="reveal"><div class="slides">
{chr(10).join(slides)}
</div></div>
{code}
<script>Reveal.initialize({SETTINGS});</script>
</body></html>
"""
