"""Building the book, executing again only the pages that an edit can have changed.

Jupyter Book keeps the outputs of executed pages and takes a page as unchanged when its own cells are. A page
also depends on the modules of this package that it imports, and on the installed versions. So a digest
of these is kept for every page, and a page whose digest is another than at the last build is forgotten first.
"""

from __future__ import annotations

import ast
import errno
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import jupytext

from utils.book.executing import execute_pages
from utils.book.publishing.publish import publish
from utils.common.errors import UserError, about_file
from utils.common.files import PACKAGE, digest, is_full

if TYPE_CHECKING:
    from jupyter_cache.cache.main import JupyterCacheBase


def build_book(root: Path, to: Path, tell: Callable[[str], None] = lambda line: None) -> Path:
    """Build ``root/book`` strictly into ``to``; the folder with the site's pages.

    Args:
        tell: called with a line for each page that was executed.

    Raises:
        UserError: a warning, a cell that raises, a broken reference, a figure without alternative text, or a
            full disk.
    """
    output = to / "_build"
    finished, look = output / "finished", look_digest(root)
    if not finished.exists() or finished.read_text(encoding="utf-8") != look:
        # what was read by a build that failed or was stopped, or looked otherwise, would pass for done
        shutil.rmtree(output / ".doctrees", ignore_errors=True)
    finished.unlink(missing_ok=True)
    digests = page_digests(root)
    forget_changed(root / "book", output, digests)
    output.mkdir(parents=True, exist_ok=True)
    # now, so that the pages which a stopped build has executed are not executed again
    (output / "digests.json").write_text(json.dumps(digests, indent=1), encoding="utf-8")
    pages = [root / "book" / page for page in digests]
    execute_pages(pages, output / ".jupyter_cache", seconds_for_a_cell(root / "book"), tell)
    if not run_jupyter_book(root / "book", to, "-W", "-n", "--keep-going"):
        if is_full(to):
            raise UserError(about_file(OSError(errno.ENOSPC, "", str(to))))
        raise UserError("the book was not built; the lines that say WARNING or ERROR above tell why")
    publish(root, output / "html")
    finished.write_text(look, encoding="utf-8")
    if wrong := site_problems(output / "html"):
        raise UserError("\n".join(wrong))
    return output / "html"


def seconds_for_a_cell(book: Path) -> int:
    """What the book's configuration allows; Jupyter Book's own 30 where it says nothing."""
    import yaml

    path = book / "_config.yml"
    config = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    return config.get("execute", {}).get("timeout", 30)


def run_jupyter_book(source: Path, to: Path, *options: str) -> bool:
    """``jupyter-book build``; whether it succeeded."""
    # the console script need not be on PATH when no virtual environment is activated
    jupyter_book = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()"]
    command = [*jupyter_book, "build", str(source), "--path-output", str(to), *options]
    return subprocess.run(command, check=False).returncode == 0


def look_digest(root: Path) -> str:
    """What every page of the site depends on: style sheets, scripts, and the code of this room."""
    folders = (root / "book" / "_static", PACKAGE / "book")
    return digest(
        path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"
    )


def page_digests(root: Path) -> dict[str, str]:
    """For each page with code, what its outputs depend on beside its own cells."""
    versions = digest([root / "requirements.txt"]) + os.environ.get("COURSE_SOURCE", "default")
    found = {}
    for page in sorted((root / "book").rglob("*.md")):
        modules = imported_modules(page)
        if modules:
            files = {path for module in modules for path in module_files(module)}
            files |= set(page.parent.rglob("*.json"))  # measured by a script in experiments/
            named = re.findall(r'"(\.\./[\w./-]+\.json)"', page.read_text(encoding="utf-8"))  # or elsewhere
            files |= {page.parent / name for name in named}
            found[page.relative_to(root / "book").as_posix()] = digest(files) + versions
    return found


def imported_modules(page: Path) -> set[str]:
    """The modules of this package that a page's code cells import, and all that these import in turn."""
    import grimp

    graph = grimp.build_graph(PACKAGE.name)
    direct = {name for name in imported_names(page) if name in graph.modules}
    return direct | {module for name in direct for module in graph.find_upstream_modules(name)}


def imported_names(page: Path) -> set[str]:
    """The dotted names that may be modules in a page's import statements."""
    names = set()
    for cell in jupytext.read(page, fmt="md:myst").cells:
        if cell.cell_type != "code":
            continue
        lines = cell.source.splitlines()
        code = "\n".join(line for line in lines if not line.lstrip().startswith(("%", "!")))
        try:
            statements = ast.walk(ast.parse(code))
        except SyntaxError:  # a page may show a mistake on purpose
            continue
        for statement in statements:
            if isinstance(statement, ast.Import):
                names |= {alias.name for alias in statement.names}
            elif isinstance(statement, ast.ImportFrom) and statement.module:
                module = statement.module
                names |= {module} | {f"{module}.{alias.name}" for alias in statement.names}
    return names


def module_files(module: str) -> list[Path]:
    """The source file of a module of this package."""
    path = PACKAGE.parent.joinpath(*module.split("."))
    return [file for file in (path.with_suffix(".py"), path / "__init__.py") if file.exists()]


def forget_changed(book: Path, output: Path, digests: dict[str, str]) -> list[str]:
    """Drop the kept outputs of the pages whose digest changed since the last build; the names of these."""
    record = output / "digests.json"
    last = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    changed = [page for page, now in digests.items() if last.get(page) != now]
    cache_folder = output / ".jupyter_cache"
    if cache_folder.exists():
        from jupyter_cache import get_cache

        cache = get_cache(cache_folder)
        forget_halves(cache)
        for kept in cache.list_cache_records():
            if any(Path(kept.uri) == (book / page).resolve() for page in changed):
                cache.remove_cache(kept.pk)
    for page in changed:  # without its doctree, Sphinx reads a page again
        (output / ".doctrees" / page).with_suffix(".doctree").unlink(missing_ok=True)
    return changed


def forget_halves(cache: JupyterCacheBase) -> None:
    """Drop what a build that was killed noted and did not write, or took away and did not strike out."""
    from jupyter_cache.cache.db import NbCacheRecord

    for kept in cache.list_cache_records():
        try:
            cache.get_cache_bundle(kept.pk)
        except KeyError:  # its notebook is not there
            NbCacheRecord.remove_records([kept.pk], cache.db)
        except ValueError:  # it is cut short
            cache.remove_cache(kept.pk)


class PageReader(HTMLParser):
    """Collects a page's figures without alternative text, and what it fetches from other sites."""

    def __init__(self) -> None:
        super().__init__()
        self.article = 0
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "article":
            self.article += 1
        source, alt = values.get("src", ""), values.get("alt", "").strip()
        # Sphinx writes the file's name where no alternative text is given
        missing = not alt or alt == source or alt.startswith(("../", "_images/"))
        if tag == "img" and self.article and missing:
            self.wrong.append(f"the image {source} has no alternative text")
        address = values.get("href", "") if tag == "link" else source
        fetched = tag in ("script", "img") or values.get("rel") in ("stylesheet", "preload", "icon")
        if fetched and address.startswith(("http:", "https:", "//")):
            self.wrong.append(f"the page fetches {address}, which a reader without a network cannot")

    def handle_endtag(self, tag: str) -> None:
        self.article -= tag == "article"


def site_problems(site: Path) -> list[str]:
    """What a reader would miss on the built pages, one sentence each."""
    found = []
    for page in sorted(site.rglob("*.html")):
        if "_static" in page.parts:
            continue
        reader = PageReader()
        reader.feed(page.read_text(encoding="utf-8"))
        found += [f"{page.relative_to(site)}: {sentence}" for sentence in reader.wrong]
    return found
