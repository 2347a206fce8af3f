"""``course data``: making the default sets; listing, fetching and checking the real ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from utils.common.errors import UserError
from utils.common.terminal import say, warn

if TYPE_CHECKING:
    from utils.data.published.copies import Copy
    from utils.data.published.registry import Corpus


@click.group()
def data() -> None:
    """The data sets: make the default ones; list, fetch and check the real ones."""


@data.command("list")
def list_sets() -> None:
    """Show every real data set: where it is, how much it holds, its licence, its source, and how to load it.

    The default sets are named at the end.
    """
    from utils.data.load import DEFAULT, REAL
    from utils.data.published.copies import find
    from utils.data.published.registry import CORPORA

    names = {corpus: name for name, corpus in REAL.items()}
    for corpus in CORPORA.values():
        copy = _told(find, corpus)
        if copy is None:
            place = _absent(corpus)
        else:
            place = f"in {'COURSE_DATA' if copy.place == 'COURSE_DATA' else 'the cache'}{_note(copy)}"
        held = _counts(corpus.counts if copy is None else copy.counts)
        say(f"{corpus.name:<16}{corpus.title}; {place}")
        say(f"{'':<16}{held} {corpus.unit}; licence: {corpus.licence}")
        say(f"{'':<16}{corpus.citation}")
        say(f"{'':<16}{corpus.files[0].url}")
        say(f"{'':<16}load({names.get(corpus.name, corpus.name)!r}, source='real')")
    say("")
    say(f"Made by the course, always there (`course data make` shows them): {', '.join(DEFAULT)}")


@data.command()
@click.argument("names", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Fetch every set (about 1 GB).")
def fetch(names: tuple[str, ...], everything: bool) -> None:
    """Download the sets NAMES, if they are not on this machine, and check their bytes."""
    from utils.data.published.fetch import fetch as fetch_set
    from utils.data.published.registry import CORPORA

    if not names and not everything:
        raise UserError(f"name the sets to fetch, or pass --all; there are: {', '.join(CORPORA)}")
    named = _chosen(names)
    for corpus in _chosen(()) if everything else named:
        say(f"{corpus.name:<16}{corpus.title}")
        copy = _told(fetch_set, corpus, progress=True)
        say(f"{'':<16}is in {copy.paths[0].parent}{_note(copy)}")
        if copy.note:
            here = copy.place == "COURSE_DATA"
            how = "with COURSE_DATA unset" if here else f"when {copy.paths[0].name} is moved away"
            warn(f"{corpus.name}: the published set was not fetched: `course data fetch` does that {how}")


@data.command()
@click.argument("names", nargs=-1)
def check(names: tuple[str, ...]) -> None:
    """Read the sets NAMES, or all that are on this machine, and compare their bytes and counts.

    Downloads nothing.
    """
    from utils.data.load import counts, load
    from utils.data.published.copies import find

    wrong = []
    for corpus in _chosen(names):
        copy = _told(find, corpus)
        if copy is None:
            absent = _absent(corpus)
            say(f"{corpus.name}: {absent}")
            if names:
                wrong.append(f"{corpus.name} is {absent}: run `course data fetch {corpus.name}`")
            continue
        try:
            found = counts(load(corpus.name, source="real"), copy.counts)
        except ValueError as error:
            say(f"{corpus.name}: cannot be read")
            wrong.append(str(error))
            continue
        verdict = "as documented" if found == copy.counts else f"documented: {_counts(copy.counts)}"
        say(f"{corpus.name}: {_counts(found)} {corpus.unit}, {verdict}{_note(copy)}")
        if found != copy.counts:
            wrong.append(f"{corpus.name} does not hold what is documented: see the registry")
    if wrong:
        raise UserError("\n".join(wrong))


@data.command()
@click.argument("names", nargs=-1)
def make(names: tuple[str, ...]) -> None:
    """Make the default sets NAMES, or all, and say what they hold.

    The default vectors are trained on the default texts and kept in the cache.
    """
    from utils.data.load import DEFAULT, load

    if unknown := [name for name in names if name not in DEFAULT]:
        raise UserError(f"there is no default data set {unknown[0]!r}; there are: {', '.join(DEFAULT)}")
    for name in names or DEFAULT:
        say(_told(load, name, source="default"), lines=True)


def _chosen(names: tuple[str, ...]) -> list[Corpus]:
    """The corpora of these names, or all; "spam" is a name of "sms", as it is for ``load``."""
    from utils.data.load import REAL
    from utils.data.published.registry import CORPORA

    chosen = [REAL.get(name, name) for name in names or CORPORA]
    if unknown := [name for name in chosen if name not in CORPORA]:
        raise UserError(f"there is no real data set {unknown[0]!r}; there are: {', '.join(CORPORA)}")
    return [CORPORA[name] for name in chosen]


def _absent(corpus: Corpus) -> str:
    from utils.data.published.copies import what_is_missing

    lacks = _told(what_is_missing, corpus)
    return f"incomplete ({lacks})" if lacks else "not on this machine"


def _note(copy: Copy) -> str:
    return f" ({copy.note})" if copy.note else ""


def _counts(counts: dict[str, int]) -> str:
    if list(counts) == ["all"]:
        return f"{counts['all']:,}"
    return ", ".join(f"{split} {count:,}" for split, count in counts.items())


def _told(function: Callable, *args: Any, **kwargs: Any) -> Any:
    """Call ``function``; data that cannot be had is the user's to mend."""
    from utils.data.published.archives import DataError

    try:
        return function(*args, **kwargs)
    except DataError as error:
        raise UserError(str(error)) from error
