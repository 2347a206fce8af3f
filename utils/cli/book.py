"""The commands that make something to read: the site, and the public part of the course."""

from __future__ import annotations

from pathlib import Path

import click

from utils.common.errors import UserError
from utils.common.layout import find_root, shown
from utils.common.terminal import say

SITE, NAME = "build/book", "recurrent-networks"


@click.command()
@click.option("--epub", is_flag=True, help="Also write all of it as one file for reading devices.")
@click.option("--pdf", is_flag=True, help="Also write all of it as one file to print.")
def book(epub: bool, pdf: bool) -> None:
    """Build the book strictly; only pages that changed are executed."""
    from utils.book.build import build_book

    root = find_root()
    site = build_book(root, root / SITE, say)
    say(f"The book: {site.relative_to(root) / 'index.html'}")
    if epub:
        from utils.book.formats.epub import write_epub

        say(f"For reading devices: {shown(write_epub(root, site, root / SITE / f'{NAME}.epub'))}")
    if pdf:
        from utils.book.formats.pdf import write_pdf

        path, pages = write_pdf(root, site, root / SITE / f"{NAME}.pdf", say)
        say(f"To print, {pages} pages: {shown(path)}")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default="build/public")
def public(folder: Path) -> None:
    """Write the public part of the course, without solutions and hidden tests, into FOLDER."""
    from utils.book.publishing.public import write_public

    files = write_public(find_root(), folder)
    say(f"The public course, {files} files: {shown(folder)}")


@click.command()
@click.argument("chapter", default="")
def slides(chapter: str) -> None:
    """Write slides for lecturers, a file for each chapter, or that of CHAPTER (its number) alone."""
    from utils.book.build import build_book
    from utils.book.formats.slides import write_slides

    root = find_root()
    chapters = [folder.name[:2] for folder in sorted((root / "book" / "chapters").glob("[0-9][0-9]-*"))]
    if chapter and chapter.zfill(2) not in chapters:  # said before the book is built, which may take minutes
        numbers = ", ".join(number.lstrip("0") for number in chapters)
        raise UserError(f"there is no chapter {chapter}; the chapters are: {numbers}")
    site = build_book(root, root / SITE, say)
    for path, count in write_slides(root, site, root / SITE / "slides", chapter):
        say(f"{count} slides: {shown(path)}")


@click.command()
def cards() -> None:
    """Write the questions of the quizzes as flash cards for Anki."""
    from utils.book.formats.cards import write_cards

    root = find_root()
    path, count = write_cards(root, root / SITE / f"{NAME}.apkg")
    say(f"{count} flash cards: {shown(path)}")


COMMANDS = (book, cards, public, slides)
