"""The commands that make something to read: the site, and the public part of the course."""

from __future__ import annotations

from pathlib import Path

import click

from utils.common.layout import find_root, shown
from utils.common.terminal import say

SITE = "build/book"


@click.command()
def book() -> None:
    """Build the book strictly; only pages that changed are executed."""
    from utils.book.build import build_book

    root = find_root()
    site = build_book(root, root / SITE, say)
    say(f"The book: {site.relative_to(root) / 'index.html'}")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default="build/public")
def public(folder: Path) -> None:
    """Write the public part of the course, without solutions and hidden tests, into FOLDER."""
    from utils.book.public import write_public

    files = write_public(find_root(), folder)
    say(f"The public course, {files} files: {shown(folder)}")


COMMANDS = (book, public)
