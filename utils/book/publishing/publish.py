"""What ``course book`` does to the pages that Jupyter Book has built, and adds to them."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from utils.book.card import draw_card
from utils.book.publishing.wheel import build_wheel, zip_for_offline
from utils.common.address import DOWNLOADS, configuration, public_address

# The theme's icons are drawn by icons.css; the script that draws 2,000 of them is 1.5 MB.
# The search as one types, which is switched off, is why each page loads the whole index.
UNUSED_SCRIPTS = r"fontawesome\.js|searchtools\.js|language_data\.js|searchindex\.js"
UNUSED = re.compile(
    rf"[ \t]*<script[^>]*src=\"[^\"]*(?:{UNUSED_SCRIPTS})[^\"]*\"[^>]*></script>\n?"
    r"|[ \t]*<link rel=\"preload\" as=\"script\"[^>]*>\n?"  # it would come before the styles
    r"|[ \t]*<link[^>]*href=\"[^\"]*sphinx-thebe\.css[^\"]*\"[^>]*>\n?"
)
# These wait for the page by themselves, so that the page need not wait for them.
WAITING_SCRIPTS = (
    r"doctools|sphinx_highlight|clipboard\.min|copybutton|sphinx-book-theme|togglebutton|design-tabs|course"
)
WAITING = re.compile(rf"<script (src=\"[^\"]*/(?:{WAITING_SCRIPTS})\.js[^\"]*\")></script>")
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
        if page != site / "search.html":  # it searches
            lighten(page)
    (site / "404.html").write_text(
        NOT_FOUND.format(title=escape(title), home=escape(address or "/")), encoding="utf-8"
    )
    if address:
        write_sitemap(site, address, pages)
        draw_card(title, site / "_static" / "card.png")
    if (root / "pyproject.toml").exists():
        wheel = build_wheel(root, site / DOWNLOADS)
        zip_for_offline(root, wheel, site / DOWNLOADS)


def lighten(page: Path) -> None:
    """Take away from a page what it does not use, and let it be painted before its scripts are there."""
    text = page.read_text(encoding="utf-8")
    if (lighter := WAITING.sub(r"<script defer \1></script>", UNUSED.sub("", text))) != text:
        page.write_text(lighter, encoding="utf-8")


def write_sitemap(site: Path, address: str, pages: list[Path]) -> None:
    """Write the list of pages, for search engines."""
    names = [page.relative_to(site).as_posix() for page in pages]
    shown = [name for name in names if name not in ("404.html", "search.html", "genindex.html")]
    places = "".join(f"<url><loc>{escape(address + name)}</loc></url>\n" for name in shown)
    text = f'<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{places}'
    (site / "sitemap.xml").write_text(text + "</urlset>\n", encoding="utf-8")
    (site / "robots.txt").write_text(f"User-agent: *\nSitemap: {address}sitemap.xml\n", encoding="utf-8")
