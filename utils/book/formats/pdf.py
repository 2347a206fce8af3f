"""The whole book on paper: one PDF with cover, contents and page numbers, printed by Chromium, no LaTeX."""

from __future__ import annotations

import base64
import re
import tempfile
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from utils.book.card import draw_cover
from utils.book.extensions.formulas.style import whole_style
from utils.book.formats.pages import Page, chromium, read_pages
from utils.common.address import configuration
from utils.common.errors import UserError

HERE = Path(__file__).parent
HIDDEN = "details.hide"  # code that only prepares a page, which the site folds away
HEADINGS = {"h1": "h2", "h2": "h3", "h3": "h4", "h4": "h5", "h5": "h6"}  # of the pages below a chapter
MINUTES = 10  # that laying out may take on a slow machine
WIDTH = 642  # CSS pixels of a line: 170 mm, as print.css has it


def write_pdf(
    root: Path, site: Path, to: Path, tell: Callable[[str], None] = lambda line: None
) -> tuple[Path, int]:
    """Print the ``site`` that was built of the course in ``root`` into the file ``to``; it, and its pages.

    It is printed twice: only then is it known on which page each chapter begins.

    Args:
        tell: called with a line when a printing begins.
    """
    about = configuration(root)
    to.parent.mkdir(parents=True, exist_ok=True)
    with chromium() as browser, tempfile.TemporaryDirectory() as scratch:
        printed = Path(scratch) / "book.html"
        draw_cover(about["title"], Path(scratch) / "cover.png")
        picture = base64.b64encode((Path(scratch) / "cover.png").read_bytes()).decode()
        pages = read_pages(root / "book", site, browser, HIDDEN)
        numbers: dict[str, int] = {}
        for time in ("once, to find the page numbers", "once more, with them"):
            tell(f"Printing {time} …")
            printed.write_text(document(about, pages, numbers, site, picture), encoding="utf-8")
            content = print_page(browser, printed)
            numbers, count = page_numbers(content)
    if missing := [page.name for page in pages if page.id not in numbers]:
        raise UserError(f"this Chromium does not say on which page {missing[0]} begins; version 131 does")
    partial = to.with_name(f".{to.name}")
    partial.write_bytes(content)
    return partial.replace(to), count


def print_page(browser: Any, path: Path) -> bytes:
    """The PDF of a page in a file.

    Raises:
        UserError: something on it is wider than the paper.
    """
    tab = browser.new_page(viewport={"width": WIDTH, "height": 900})
    tab.set_default_timeout(MINUTES * 60_000)
    tab.emulate_media(media="print")
    tab.goto(path.as_uri())
    tab.evaluate("document.fonts.ready")
    if wide := tab.evaluate(HERE.joinpath("print.js").read_text(encoding="utf-8")):
        raise UserError("\n".join(["too wide for the paper, where it would be cut:", *wide]))
    content = tab.pdf(prefer_css_page_size=True, print_background=True, outline=True, tagged=True)
    tab.close()
    return content


def page_numbers(content: bytes) -> tuple[dict[str, int], int]:
    """On which page each place is that a link names, and how many pages there are.

    Chromium writes the objects of a PDF as plain text, the pages in their order.
    """
    order = re.findall(rb"(?m)^(\d+) 0 obj\n<</Type /Page\b(?!s)", content)
    number = {name: place for place, name in enumerate(order, start=1)}
    places = re.findall(rb"/([\w.-]+) \[(\d+) 0 R /XYZ", content)
    return {place.decode(): number[page] for place, page in places if page in number}, len(order)


def document(
    about: dict[str, Any], pages: list[Page], numbers: dict[str, int], site: Path, picture: str
) -> str:
    """The book as one page of HTML."""
    folder, title = site.as_uri(), escape(about["title"])
    body = "\n".join(sheet(page) for page in pages)
    body = re.sub(r'(<img[^>]* src=")([^"]+)"', rf'\1{folder}/\2"', body)
    names = "".join(
        f'@page p{number} {{ @top-right {{ content: "{running_head(page)}"; }} }}\n'
        f".p{number} {{ page: p{number}; }}\n"
        for number, page in enumerate(pages)
        if page.level == 1
    )
    style = whole_style(site / "_static") + HERE.joinpath("print.css").read_text(encoding="utf-8") + names
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"/><title>{title}</title><style>{style}</style></head>
<body>
<div class="cover"><img src="data:image/png;base64,{picture}" alt="{title}"/></div>
<div class="contents"><div class="head">Contents</div>{contents(pages, numbers)}</div>
{numbered(pages, body)}
</body></html>"""


def sheet(page: Page) -> str:
    """A page's XHTML; what stands below a chapter has lower headings."""
    text = page.xhtml
    if page.level > 1:
        text = re.sub(r"<(/?)(h[1-5])\b", lambda match: f"<{match[1]}{HEADINGS[match[2]]}", text)
    return f'<div class="sheet level{page.level}" data-page="{page.id}">{text}</div>'


def numbered(pages: list[Page], body: str) -> str:
    """Each chapter with the pages below it in a box of its own, which has its running head."""
    sheets = body.split('<div class="sheet ')[1:]
    parts: list[str] = []
    for number, (page, text) in enumerate(zip(pages, sheets, strict=True)):
        if page.level == 1:
            parts.append(("</div>" if parts else "") + f'<div class="chapter p{number}">')
        parts.append(f'<div class="sheet {text}')
    return "".join(parts) + "</div>"


def running_head(page: Page) -> str:
    return page.title.replace("\\", "").replace('"', "'")


def contents(pages: list[Page], numbers: dict[str, int]) -> str:
    """The table of contents; dots lead to the number of each page."""
    lines = []
    for page in pages:
        if page.part:
            lines.append(f'<p class="part">{escape(page.part)}</p>')
        number = numbers.get(page.id, "000")
        lines.append(
            f'<p class="entry level{page.level}"><a href="#{page.id}"><span>{escape(page.title)}</span>'
            f'<i></i><span class="number">{number}</span></a></p>'
        )
    return "\n".join(lines)
