"""What ``course book`` does to the pages that Jupyter Book has built, and adds to them."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from utils.book.card import draw_card
from utils.book.publishing.stylesheet import join_sheets
from utils.book.publishing.wheel import build_wheel, zip_for_offline
from utils.common.address import DOWNLOADS, configuration, public_address

# The theme's icons are drawn by icons.css; the script that draws 2,000 of them is 1.5 MB.
# The search as one types, which is switched off, is why each page loads the whole index.
SEARCHES = re.compile(
    r"[ \t]*<script[^>]*src=\"[^\"]*(?:searchtools|language_data|searchindex)\.js[^\"]*\"[^>]*></script>\n?"
)
UNUSED = re.compile(
    r"[ \t]*<script[^>]*src=\"[^\"]*fontawesome\.js[^\"]*\"[^>]*></script>\n?"
    r"|[ \t]*<link rel=\"preload\" as=\"script\"[^>]*>\n?"  # it would come before the styles
    r"|[ \t]*<link[^>]*href=\"[^\"]*sphinx-thebe\.css[^\"]*\"[^>]*>\n?"
)
# These wait for the page by themselves, so that the page need not wait for them.
WAITING_SCRIPTS = (
    r"doctools|sphinx_highlight|clipboard\.min|copybutton|sphinx-book-theme|togglebutton|design-tabs"
    r"|course|quiz"
)
WAITING = re.compile(rf"<script (src=\"[^\"]*/(?:{WAITING_SCRIPTS})\.js[^\"]*\")></script>")
# Names, brackets and blanks of code have the colour of its block, and need no elements of their own.
CODE = re.compile(r"<pre>.*?</pre>", flags=re.DOTALL)
PLAIN = re.compile(r"<span class=\"[npw]\">([^<]*)</span>")
NOT_FOUND = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>Page not found – {title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1.1rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 20vh auto 0; padding: 0 1.5rem; }}
h1 {{ line-height: 1.2; }}
a {{ color: inherit; }}
</style>
</head>
<body>
<main>
<h1>Page not found</h1>
<p>There is no page at this address. It may have been renamed.</p>
<p><a href="{home}">{title}</a></p>
</main>
</body>
</html>
"""


def publish(root: Path, site: Path) -> None:
    """Complete the built site of the course in ``root``."""
    config = configuration(root)
    address, title = public_address(config), str(config.get("title", "The course"))
    pages = sorted(page for page in site.rglob("*.html") if "_static" not in page.parts)
    for page in pages:
        lighten(page, searches=page == site / "search.html")
    join_sheets(site, pages)
    (site / "404.html").write_text(
        NOT_FOUND.format(title=escape(title), home=escape(address or "/")), encoding="utf-8"
    )
    if address:
        write_sitemap(site, address, pages)
        draw_card(title, site / "_static" / "card.png")
    if (root / "pyproject.toml").exists():
        wheel = build_wheel(root, site / DOWNLOADS)
        zip_for_offline(root, wheel, site / DOWNLOADS)


def lighten(page: Path, searches: bool = False) -> None:
    """Take away from a page what it does not use, and let it be painted before its scripts are there."""
    text = page.read_text(encoding="utf-8")
    lighter = UNUSED.sub("", text)
    if not searches:  # what searches runs at once, and needs the others before it
        lighter = WAITING.sub(r"<script defer \1></script>", SEARCHES.sub("", lighter))
    lighter = CODE.sub(lambda code: PLAIN.sub(r"\1", code[0]), lighter)
    if lighter != text:
        page.write_text(lighter, encoding="utf-8")


def write_sitemap(site: Path, address: str, pages: list[Path]) -> None:
    """Write the list of pages, for search engines."""
    names = [page.relative_to(site).as_posix() for page in pages]
    shown = [name for name in names if name not in ("404.html", "search.html", "genindex.html")]
    places = "".join(f"<url><loc>{escape(address + name)}</loc></url>\n" for name in shown)
    text = f'<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{places}'
    (site / "sitemap.xml").write_text(text + "</urlset>\n", encoding="utf-8")
    (site / "robots.txt").write_text(f"User-agent: *\nSitemap: {address}sitemap.xml\n", encoding="utf-8")
