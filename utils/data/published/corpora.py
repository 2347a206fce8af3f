"""Reading the real data sets: from the published files to splits of plain items.

Published splits stay as they are, even where a text ("Thank you.") is in two of them. Where there are none,
the items are shuffled with a fixed seed, and equal texts stay in one split. Each function takes the paths of
the files in the registry's order, for an archive the folder of its entries.
"""

from __future__ import annotations

import gzip
import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from utils.data.dataset import Labelled, Pair, Tagged, split
from utils.data.made.spam import gist
from utils.data.published.cache import cache_errors

SEED = 0  # the splits of the course; another seed gives other splits
# a word of CoNLL-U: its ID, FORM, LEMMA and UPOS; much faster with the line feed than with "^"
WORD = re.compile(r"\n\d+\t([^\t]*)\t[^\t]*\t([^\t]*)\t")
LABELS = {"neg": "negative", "pos": "positive"}

Splits = Mapping[str, Sequence]
Chorale = tuple[tuple[int, ...], ...]


def sms(paths: list[Path]) -> Splits:
    """Messages labelled "ham" or "spam"; those of the same words are in one split.

    Spam is sent again and again, with another number or amount in it.
    """
    rows = (line.split("\t", 1) for line in lines(paths[0].read_bytes()))
    messages = (Labelled(text, label) for label, text in rows)
    return split(messages, SEED, keys=lambda message: (gist(message.text),))


def names(paths: list[Path]) -> Splits:
    """Surnames labelled with their language; a name of two languages has both its entries in one split.

    Blanks at the end of a name, which only some languages' files have, would tell the language.
    """
    entries = [Labelled(name.strip(), path.stem) for path in paths for name in lines(path.read_bytes())]
    return split(entries, SEED, keys=text_of)


def rt_polarity(paths: list[Path]) -> Splits:
    """Sentences, in lower case and tokenised, labelled "negative" or "positive"."""
    entries = [
        Labelled(sentence.strip(), label)
        for kind, label in LABELS.items()
        for sentence in lines((paths[0] / f"sentence_polarity/rt-polarity.{kind}").read_bytes(), "latin-1")
    ]
    return split(entries, SEED, keys=text_of)


def movie_reviews(paths: list[Path]) -> Splits:
    """Long reviews, in lower case and tokenised, labelled "negative" or "positive"."""
    return split(labelled_files(paths[0] / "movie_reviews", "latin-1"), SEED, keys=text_of)


def imdb(paths: list[Path]) -> Splits:
    """Reviews labelled "negative" or "positive"; a tenth of the published training part is "valid"."""
    train = split(labelled_files(paths[0] / "aclImdb/train", "utf-8"), SEED, (0.9, 0.1, 0.0), text_of)
    test = list(labelled_files(paths[0] / "aclImdb/test", "utf-8"))
    return {"train": train["train"], "valid": train["valid"], "test": test}


def tatoeba(paths: list[Path]) -> Splits:
    """English sentences and their French translations; no sentence of either language is in two splits."""
    rows = (line.split("\t") for line in lines((paths[0] / "fra.txt").read_bytes()))
    return split((Pair(row[0], row[1]) for row in rows), SEED, keys=lambda pair: pair)


def multi30k(paths: list[Path]) -> Splits:
    """English captions and their translations, in the published splits."""
    sides: dict[tuple[str, bool], list[str]] = {}
    for path in paths:
        part, language = path.name.removesuffix(".gz").split(".")
        sides[part, language == "en"] = list(lines(gzip.decompress(path.read_bytes())))
    return {
        name: [Pair(*pair) for pair in zip(sides[part, True], sides[part, False], strict=True)]
        for name, part in (("train", "train"), ("valid", "val"), ("test", "test_2016_flickr"))
    }


def tinyshakespeare(paths: list[Path]) -> Splits:
    """Characters: the first nine tenths, and two twentieths after them. Each split is one string."""
    text = paths[0].read_text(encoding="utf-8")
    first, second = len(text) * 90 // 100, len(text) * 95 // 100
    return {"train": text[:first], "valid": text[first:second], "test": text[second:]}


def ud_ewt(paths: list[Path]) -> Splits:
    """Sentences with the universal part of speech of every word, in the published splits."""
    return {
        name: list(read_conllu(path)) for name, path in zip(("train", "valid", "test"), paths, strict=True)
    }


def read_conllu(path: Path) -> Iterator[Tagged]:
    """The sentences of a CoNLL-U file: the syntactic words (column FORM) and their UPOS.

    Multiword tokens (their identifier is a range) and empty nodes (a decimal number) are left out; their
    words have lines of their own, or are not in the text.
    """
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        tokens, tags = zip(*WORD.findall("\n" + block), strict=True)
        yield Tagged(tokens, tags)


def jsb(paths: list[Path]) -> Splits:
    """Chorales: at each step the MIDI numbers that sound, lowest first, in the published splits."""
    parts = json.loads(paths[0].read_text(encoding="utf-8"))
    return {name: [chorale(steps) for steps in parts[name]] for name in ("train", "valid", "test")}


def chorale(steps: list[list[int]]) -> Chorale:
    return tuple(tuple(sorted(notes)) for notes in steps)


class WordVector(NamedTuple):
    """A word and its vector, a tensor of shape (dim,)."""

    word: str
    vector: object


class VectorTable(Sequence[WordVector]):
    """Words with their vectors, the most frequent first; ``vectors`` is torchtext's ``Vectors`` of them.

    Raises DataError if the disk is full.
    """

    def __init__(self, path: Path) -> None:
        from utils.text import load_vectors

        try:
            self.vectors = load_vectors(path)
        except (OSError, ValueError):  # if it is the cache that cannot be written, do without
            with cache_errors(), tempfile.TemporaryDirectory() as folder:
                self.vectors = load_vectors(path, cache=folder)

    def __len__(self) -> int:
        return len(self.vectors.itos)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        return WordVector(self.vectors.itos[index], self.vectors.vectors[index])


def glove(paths: list[Path]) -> Splits:
    """Words and vectors of 100 numbers, in one part, "all": there is nothing to hold out."""
    path = paths[0]
    return {"all": VectorTable(path / "glove.6B.100d.txt" if path.is_dir() else path)}


def lines(content: bytes, encoding: str = "utf-8") -> Iterator[str]:
    """The lines of a file; unlike ``str.splitlines``, only a line feed ends one."""
    for line in content.decode(encoding).removesuffix("\n").split("\n"):
        yield line.removesuffix("\r")


def labelled_files(folder: Path, encoding: str) -> Iterator[Labelled]:
    """One item a file of ``folder``/neg and ``folder``/pos, sorted by name."""
    for kind, label in LABELS.items():
        for path in sorted((folder / kind).glob("*.txt")):
            yield Labelled(path.read_bytes().decode(encoding), label)


def text_of(item: Labelled) -> tuple[str]:
    return (item.text,)


PARSERS: dict[str, Callable[[list[Path]], Splits]] = {
    "sms": sms,
    "names": names,
    "rt-polarity": rt_polarity,
    "imdb": imdb,
    "movie-reviews": movie_reviews,
    "tatoeba": tatoeba,
    "multi30k": multi30k,
    "multi30k-de": multi30k,
    "tinyshakespeare": tinyshakespeare,
    "ud-ewt": ud_ewt,
    "jsb": jsb,
    "glove": glove,
}
