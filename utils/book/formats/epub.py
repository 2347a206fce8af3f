"""The whole book in one file for reading devices: EPUB 3, with formulas as MathML and without scripts."""

from __future__ import annotations

import re
import tempfile
import time
import uuid
import zipfile
from html import escape
from pathlib import Path
from typing import Any

from utils.book.card import draw_cover
from utils.book.extensions.formulas.style import FONT, STYLE
from utils.book.formats.pages import Page, chromium, read_pages
from utils.common.address import configuration

HERE = Path(__file__).parent
TYPES = {
    **{".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".gif": "image/gif"},
    **{".css": "text/css", ".xhtml": "application/xhtml+xml", ".woff": "font/woff"},
}
CONTAINER = """\
<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/content.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
DOCUMENT = """\
<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">
<head><title>{title}</title><link rel="stylesheet" type="text/css" href="epub.css"/></head>
<body{kind}>
{body}
</body>
</html>
"""
PACKAGE = """\
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{identifier}</dc:identifier>
<dc:title>{title}</dc:title>
<dc:creator>{author}</dc:creator>
<dc:language>en</dc:language>
<dc:rights>CC BY 4.0; the code: BSD 3-Clause</dc:rights>
<meta property="dcterms:modified">{modified}</meta>
<meta property="schema:accessMode">textual</meta>
<meta property="schema:accessMode">visual</meta>
<meta property="schema:accessModeSufficient">textual</meta>
<meta property="schema:accessibilityFeature">alternativeText</meta>
<meta property="schema:accessibilityFeature">MathML</meta>
<meta property="schema:accessibilityFeature">structuralNavigation</meta>
<meta property="schema:accessibilityFeature">tableOfContents</meta>
<meta property="schema:accessibilityHazard">none</meta>
<meta name="cover" content="cover-image"/>
</metadata>
<manifest>
{manifest}
</manifest>
<spine>
{spine}
</spine>
</package>
"""


def write_epub(root: Path, site: Path, to: Path) -> Path:
    """Write the ``site`` that was built of the course in ``root`` as the file ``to``."""
    with chromium() as browser:
        pages = read_pages(root / "book", site, browser)
    about = configuration(root)
    images = dict.fromkeys(image for page in pages for image in page.images)
    names = {image: f"images/{number}{Path(image).suffix}" for number, image in enumerate(images)}
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        draw_cover(about["title"], Path(scratch) / "cover.png")
        cover = (Path(scratch) / "cover.png").read_bytes()
    files: dict[str, bytes] = {
        "epub.css": HERE.joinpath("epub.css").read_bytes() + (site / "_static" / STYLE).read_bytes(),
        FONT: (site / "_static" / FONT).read_bytes(),
        "cover.png": cover,
        "cover.xhtml": document(
            about["title"], f'<img src="cover.png" alt="{escape(about["title"])}"/>', ' class="cover"'
        ),
        "contents.xhtml": document("Contents", navigation(pages)),
        **{names[image]: image_bytes(site / image) for image in images},
        **{f"{page.id}.xhtml": document(page.title, body_of(page, pages, names)) for page in pages},
    }
    files["content.opf"] = package(about, pages, files).encode()
    partial = to.with_name(f".{to.name}")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "mimetype", "application/epub+zip", zipfile.ZIP_STORED
        )  # first, as the format wants it
        archive.writestr("META-INF/container.xml", CONTAINER)
        for name, content in files.items():
            archive.writestr(f"book/{name}", content)
    return partial.replace(to)


def document(title: str, body: str, kind: str = "") -> bytes:
    return DOCUMENT.format(title=escape(title), body=body, kind=kind).encode()


def body_of(page: Page, pages: list[Page], names: dict[str, str]) -> str:
    """The page's XHTML with its links to the files of the book."""
    ids = {other.id for other in pages}

    def link(match: re.Match) -> str:
        target = match[1].partition("--")[0]
        if target not in ids:
            return match[0]
        return f'href="{target}.xhtml#{match[1]}"'

    text = re.sub(r'href="#([^"]+)"', link, page.xhtml)
    return re.sub(r'(<img[^>]* src=")([^"]+)"', lambda match: f'{match[1]}{names[match[2]]}"', text)


def navigation(pages: list[Page]) -> str:
    """The table of contents: parts, in them chapters, in them pages."""
    lines = ['<nav epub:type="toc" id="toc"><h1>Contents</h1>', "<ol>"]
    in_part = below = False
    for page, following in zip(pages, [*pages[1:], None], strict=True):
        if page.part:
            if in_part:
                lines.append("</ol></li>")
            lines.append(f"<li><span>{escape(page.part)}</span><ol>")
            in_part = True
        entry = f'<a href="{page.id}.xhtml">{escape(page.title)}</a>'
        opens = following is not None and following.level > page.level
        lines.append(f"<li>{entry}" + ("<ol>" if opens else "</li>"))
        below = below or opens
        if below and (following is None or following.level < page.level):
            lines.append("</ol></li>")
            below = False
    lines += ["</ol></li>"] * in_part + ["</ol></nav>"]
    return "\n".join(lines)


def image_bytes(path: Path) -> bytes:
    """A figure without what reading devices do not want: its document type and its metadata."""
    content = path.read_bytes()
    if path.suffix == ".svg":
        content = re.sub(rb"<!DOCTYPE[^>]*>|<metadata>.*?</metadata>", b"", content, flags=re.DOTALL)
    return content


def package(about: dict[str, Any], pages: list[Page], files: dict[str, bytes]) -> str:
    """The list of the book's files."""
    items, math = [], {f"{page.id}.xhtml" for page in pages if "<math" in page.xhtml}
    for name in files:
        kind = TYPES[Path(name).suffix]
        properties = {"contents.xhtml": "nav", "cover.png": "cover-image"}.get(name)
        properties = properties or ("mathml" if name in math else "")
        more = f' properties="{properties}"' if properties else ""
        items.append(f'<item id="{identity(name)}" href="{name}" media-type="{kind}"{more}/>')
    order = ["cover.xhtml", "contents.xhtml", *(f"{page.id}.xhtml" for page in pages)]
    return PACKAGE.format(
        identifier=uuid.uuid5(uuid.NAMESPACE_URL, about["title"]),
        title=escape(about["title"]),
        author=escape(about.get("author") or ""),
        modified=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        manifest="\n".join(items),
        spine="\n".join(f'<itemref idref="{identity(name)}"/>' for name in order),
    )


def identity(name: str) -> str:
    """A name of a file as an id in XML."""
    return "cover-image" if name == "cover.png" else "f-" + re.sub(r"[^\w.-]", "-", name)
