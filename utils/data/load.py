"""One call for every data set of the course, made here or published."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from utils.common.memory import garbage_collector_paused
from utils.data.dataset import Dataset
from utils.data.published.corpora import PARSERS
from utils.data.published.fetch import fetch
from utils.data.published.registry import CORPORA
from utils.data.published.unpacked import opened

# name -> "module:function" that makes the data from a seed, imported when it is asked for
DEFAULT = {
    "agreement": "utils.data.made.agreement:make",
    "captions": "utils.data.made.captions:make",
    "documentation": "utils.data.installed.documentation:make",
    "prose": "utils.data.installed.prose:make",
    "reviews": "utils.data.made.reviews:make",
    "signals": "utils.data.made.tasks:make",
    "spam": "utils.data.made.spam:make",
    "surnames": "utils.data.installed.surnames:make",
    "tagged": "utils.data.made.tagged:make",
    "translation": "utils.data.made.translation:make",
    "vectors": "utils.data.vectors:make",
}

# name -> corpus; a corpus can be asked for by its own name as well
REAL = {
    "spam": "sms",
    "surnames": "names",
    "reviews": "rt-polarity",
    "vectors": "glove",
    "translation": "tatoeba",
    "tagged": "ud-ewt",
    "prose": "tinyshakespeare",
    "chorales": "jsb",
}

if TYPE_CHECKING:  # not imported here, but named: the book runs a page again when what it needs changed
    from utils.data import vectors  # noqa: F401
    from utils.data.installed import documentation, prose, surnames  # noqa: F401
    from utils.data.made import agreement, captions, reviews, spam, tagged, tasks, translation  # noqa: F401

SOURCES = ("default", "real")


def load(name: str, source: str | None = None) -> Dataset:
    """The data set ``name``: a mapping from "train", "valid" and "test" to sized, indexable items.

    Vectors are one split, "all".

    Args:
        name: "spam", "surnames", ...; with ``source="real"`` also a corpus, "imdb", "multi30k", ...
        source: "default" for the data that the course makes itself, from a seed and without a network;
            "real" for the published corpus, from COURSE_DATA, the cache or its address. Neither is ever
            put in place of the other. If None, what the environment variable COURSE_SOURCE says, which is
            how `make course DATA=real` builds the pages on real data; without it, "default".

    Raises:
        ValueError: there is no such data set, or not from this source.
        DataError: a ValueError; the real data cannot be had, and the message says what to do.
    """
    source = os.environ.get("COURSE_SOURCE", "default") if source is None else source
    if source not in SOURCES:
        raise ValueError(f"source must be 'default' or 'real', got {source!r}")
    tables = {"default": DEFAULT, "real": REAL | {corpus: corpus for corpus in CORPORA}}
    table = tables[source]
    if name not in table:
        elsewhere = [other for other in SOURCES if name in tables[other]]
        if elsewhere:
            raise ValueError(f"{name!r} has no {source} data: load({name!r}, source={elsewhere[0]!r})")
        raise ValueError(f"there is no {source} data set {name!r}; there are: {', '.join(sorted(table))}")
    with garbage_collector_paused():
        return _make(table[name]) if source == "default" else _read(name, table[name])


def _make(address: str) -> Dataset:
    module, function = address.split(":")
    return getattr(importlib.import_module(module), function)()


def _read(name: str, corpus_name: str) -> Dataset:
    corpus = CORPORA[corpus_name]
    copy = fetch(corpus)
    title = f"{corpus.title}, {copy.note}" if copy.note else corpus.title
    return Dataset(name, "real", title, PARSERS[corpus_name](opened(copy)))


def counts(data: Dataset, documented: Mapping[str, int]) -> dict[str, int]:
    """The sizes of ``data`` in the form of the registry's: "all" is every split, "train+valid" these two."""
    return {
        part: sum(len(data[split]) for split in (data if part == "all" else part.split("+")))
        for part in documented
    }
