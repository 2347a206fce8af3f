"""A Sphinx extension: what every page gets (a description), and loses (scripts, code that only draws)."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from markupsafe import escape
from sphinx.transforms.post_transforms import SphinxPostTransform

from utils.book.extensions.formulas.style import FONT
from utils.book.extensions.search import index_terms
from utils.common.address import public_address

if TYPE_CHECKING:
    from sphinx.application import Sphinx

CARD = "_static/card.png"
LONGEST = 200  # characters of a description
# Before the theme reads them: to it an empty choice is an error in the browser's console, and a page whose
# colours are not known is drawn twice.
MODE = """<script>{
localStorage.mode ||= "auto";
const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
if (localStorage.mode === "auto") localStorage.theme = isDark ? "dark" : "light";
}</script>"""
DRAWING = ("diagrams", "plots")  # modules of the course: a cell that only calls one of them is its figure
# what a script is for: it is left out of a page that has none of it
# (course.js, which every page has, loads those of the live figures when one comes to them)
NEEDED_FOR = {
    "sphinx-thebe.js": "data-thebe-executable",
    "design-tabs.js": "sd-tab-set",
    "togglebutton.js": "toggle",
    "clipboard.min.js": "highlight",
    "copybutton.js": "highlight",
    "quiz.js": "quiz admonition",
}


class HideDrawing(SphinxPostTransform):
    """Leaves out folded code that only draws the figure below it, or says the run time."""

    default_priority = 190  # before MyST-NB folds the code of a cell

    def run(self, **kwargs: Any) -> None:
        for cell in self.document.findall(nodes.container):
            if cell.get("nb_element") == "cell_code" and cell.get("hide_mode") == "input":
                code = cell[0]
                if len(cell) > 1 and only_draws(code.astext()):
                    cell.remove(code)


def only_draws(code: str) -> bool:
    """Whether each statement calls a function of a module that draws, or says how long the page ran."""
    try:
        body = ast.parse(code).body
    except SyntaxError:  # a magic
        return False
    return bool(body) and all(draws(statement) for statement in body)


def draws(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return False
    function = ast.unparse(statement.value.func)
    return function.startswith(DRAWING) or (function == "print" and "started" in ast.unparse(statement))


def describe(doctree: nodes.document | None) -> str:
    """The first paragraph of a page that is a sentence or more, cut after a word."""
    for paragraph in doctree.findall(nodes.paragraph) if doctree is not None else ():
        if not isinstance(paragraph.parent, nodes.section):
            continue
        text = re.sub(r"^(Core|Further)[^.]*\.\s*", "", " ".join(paragraph.astext().split()))
        if len(text) > 30:
            return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"
    return ""


def head_of(title: str, description: str, course: str, address: str, page: str) -> str:
    """The description of a page for search engines, and for whoever it is sent to.

    Args:
        address: the site's, with ``/`` at its end; "" if it has none, and then no picture can be named.
    """
    values = {"og:type": "article", "og:site_name": course, "og:title": title, "og:description": description}
    if address:
        values |= {"og:url": f"{address}{page}.html", "og:image": f"{address}{CARD}"}
        values |= {"og:image:width": "1200", "og:image:height": "630"}
    tags = [
        f'<meta property="{name}" content="{escape(value)}" />' for name, value in values.items() if value
    ]
    if description:
        tags.append(f'<meta name="description" content="{escape(description)}" />')
    if address:
        tags.append('<meta name="twitter:card" content="summary_large_image" />')
    return "\n".join(tags) + "\n"


def preload(font: str) -> str:
    """So that the formulas do not move what stands around them when their font comes from a server."""
    link = f'{{rel: "preload", as: "font", type: "font/woff", crossOrigin: "", href: "{font}"}}'
    made = f'Object.assign(document.createElement("link"), {link})'
    return f'<script>if (location.protocol !== "file:") document.head.append({made})</script>\n'


def complete(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Give a page its description, and take away the scripts that it does not need."""
    address = public_address({"html": {"baseurl": app.config.html_baseurl}})
    title = re.sub(r"<[^>]+>", "", context.get("title") or app.config.html_title)
    description = head_of(title, describe(doctree), app.config.html_title, address, page)
    body = context.get("body") or ""
    font = preload(context["pathto"](f"_static/{FONT}", 1)) if "<math" in body else ""
    context["metatags"] = context.get("metatags", "") + description + font + MODE
    if "script_files" in context:
        context["script_files"] = [script for script in context["script_files"] if is_needed(script, body)]


def is_needed(script: Any, body: str) -> bool:
    path = str(getattr(script, "filename", script) or "").partition("?")[0]
    name = path.rpartition("/")[2]
    inline = str(getattr(script, "attributes", {}).get("body") or "")
    if "thebe" in inline:
        return NEEDED_FOR["sphinx-thebe.js"] in body
    return "live/" not in path and (name not in NEEDED_FOR or NEEDED_FOR[name] in body)


def fill_in_address(app: Sphinx, page: str, text: list[str]) -> None:
    """Put the site's address where a page says https://BOOK/; where there is none, the browser does it."""
    if app.config.html_baseurl:
        text[0] = text[0].replace(
            "https://BOOK/", public_address({"html": {"baseurl": app.config.html_baseurl}})
        )


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_post_transform(HideDrawing)
    app.connect("html-page-context", complete, priority=900)  # after whoever adds scripts
    app.connect("html-collect-pages", index_terms)
    app.connect("source-read", fill_in_address)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
