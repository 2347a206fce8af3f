"""The only place where the course imports torchtext.

torchtext 0.18.0 is its last release. Most of it is Python and runs on any torch, but it opens with two
modules of compiled C++, ``torchtext._extension`` and ``torchtext._torchtext``, which load only under the
torch they were built for, 2.3. Where they load, they are used. Elsewhere this module does what Python allows
anyone to do: it puts two modules of its own under these names into ``sys.modules``, and torchtext, finding
them there, imports. Of the C++ names the course needs one, the table behind a vocabulary, written below in
Python as ``PythonVocab``. The others raise a RuntimeError when they are used.

Where there is no wheel of torchtext, for Python 3.13 for example, :mod:`utils.common.torchtext_files`
provides its Python files; they go to the end of ``sys.path``.

The names to import from here: ``native`` (whether torchtext runs on its C++ part), ``Vocab``, ``vocab``,
``build_vocab_from_iterator``, ``Vectors``, ``get_tokenizer``, ``bleu_score``. Importing them writes nothing
to stderr, because a warning in a graded cell would cost the student its points.
"""

from __future__ import annotations

import copyreg
import importlib
import logging
import operator
import ssl
import sys
import warnings
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import torch  # noqa: F401  first, so that a broken torch is not taken for a broken torchtext

from utils.common import torchtext_files

NATIVE_NAMES = (
    "BERTEncoder",
    "CLIPEncoder",
    "GPT2BPEEncoder",
    "Regex",
    "RegexTokenizer",
    "SentencePiece",
    "Vectors",
    "_build_vocab_from_text_file",
    "_build_vocab_from_text_file_using_python_tokenizer",
    "_load_token_and_vectors_from_file",
    "_load_vocab_from_file",
)


class PythonVocab:
    """The C++ class ``torchtext._torchtext.Vocab`` in Python: tokens in order, each with its index.

    ``itos_`` (index to string) lists the tokens. ``default_index_`` is the index that unknown tokens get;
    while it is None, looking up an unknown token is an error.

    Raises RuntimeError, as the C++ class does, for a token that is there twice, an unknown token without a
    default index and an index out of range; TypeError for tokens that are not strings.
    """

    def __init__(self, tokens: Sequence[str], default_index: int | None) -> None:
        self._itos: list[str] = []
        self._stoi: dict[str, int] = {}
        if isinstance(tokens, str) or not isinstance(tokens, Sequence):
            raise TypeError(f"the tokens must be a list of strings, got {type(tokens).__name__}")
        for token in tokens:
            self.append_token(token)
        self.set_default_index(default_index)

    @property
    def itos_(self) -> list[str]:
        return list(self._itos)

    @property
    def default_index_(self) -> int | None:
        return self._default_index

    def __reduce__(self) -> tuple[type[PythonVocab], tuple[list[str], int | None]]:
        return type(self), (self.itos_, self.default_index_)  # also copy.copy shares nothing

    def __len__(self) -> int:
        return len(self._itos)

    def __contains__(self, token: str) -> bool:
        return _string(token) in self._stoi

    def __getitem__(self, token: str) -> int:
        index = self._stoi.get(_string(token), self._default_index)
        if index is None:
            raise RuntimeError(f"Token {token} not found and default index is not set")
        return index

    def set_default_index(self, index: int | None) -> None:
        self._default_index = None if index is None else operator.index(index)

    def get_default_index(self) -> int | None:
        return self._default_index

    def append_token(self, token: str) -> None:
        self.insert_token(token, len(self))

    def insert_token(self, token: str, index: int) -> None:
        """Give ``token`` this index; the tokens from there on move up by one, the default index stays."""
        index = self._within(index, len(self) + 1)
        if token in self:
            raise RuntimeError(f"Token {token} already exists in the Vocab with index: {self._stoi[token]}")
        self._itos.insert(index, token)
        for position in range(index, len(self)):
            self._stoi[self._itos[position]] = position

    def lookup_token(self, index: int) -> str:
        return self._itos[self._within(index, len(self))]

    def lookup_tokens(self, indices: Sequence[int]) -> list[str]:
        if not isinstance(indices, Sequence):
            raise TypeError(f"the indices must be a list of integers, got {type(indices).__name__}")
        return [self.lookup_token(index) for index in indices]

    def lookup_indices(self, tokens: list[str]) -> list[int]:
        if not isinstance(tokens, list):
            raise TypeError(f"the tokens must be a list of strings, got {type(tokens).__name__}")
        return [self[token] for token in tokens]

    def get_itos(self) -> list[str]:
        return list(self._itos)

    def get_stoi(self) -> dict[str, int]:
        return dict(self._stoi)

    def _within(self, index: int, end: int) -> int:
        if not 0 <= operator.index(index) < end:
            raise RuntimeError(f"Specified index {index} is out of bounds for vocab of size {len(self)}")
        return operator.index(index)


def _string(token: Any) -> str:
    if not isinstance(token, str):
        raise TypeError(f"a token must be a string, got {token!r}")
    return token


def _missing(name: str) -> type:
    """A class that can be imported and compared with, but not used."""

    def refuse(self: object, *args: object, **kwargs: object) -> None:
        raise RuntimeError(
            f"torchtext's {name} needs its native library, which loads only under torch 2.3: "
            "install torch==2.3.1 to use it."
        )

    return type(name, (), {"__init__": refuse, "__doc__": "Not there without torchtext's native library."})


def _stand_ins() -> dict[str, ModuleType]:
    """The two modules that torchtext finds in ``sys.modules`` where its own do not load."""
    extension, torchtext = ModuleType("torchtext._extension"), ModuleType("torchtext._torchtext")
    vars(torchtext).update({name: _missing(name) for name in NATIVE_NAMES}, Vocab=PythonVocab)
    return {module.__name__: module for module in (extension, torchtext)}


def _import_torchtext(supplied: dict[str, ModuleType]) -> None:
    """Import the parts of torchtext that the course uses, or, when that fails, leave no trace of it."""
    sys.modules.update(supplied)
    try:
        # Every other part of torchtext, imported here or later, would announce its end on stderr.
        importlib.import_module("torchtext").disable_torchtext_deprecation_warning()
        importlib.import_module("torchtext.data")
        importlib.import_module("torchtext.vocab")
    except BaseException:
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchtext"]:
            del sys.modules[name]
        raise


if (_files := torchtext_files.provide()) is not None and str(_files) not in sys.path:
    sys.path.append(str(_files))

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Python 3.12 warns of a "\!" in torchtext's own source
    try:
        _import_torchtext({})
    except (ImportError, OSError):  # the C++ part is not there, or was built for another torch
        _import_torchtext(_stand_ins())

from torchtext.data import bleu_score, get_tokenizer  # noqa: E402
from torchtext.vocab import Vocab, build_vocab_from_iterator, vectors, vocab  # noqa: E402

_cpp = sys.modules["torchtext._torchtext"]
native: bool = hasattr(_cpp, "__file__")

# torchtext draws a progress bar and logs to stderr while it reads vectors.
vectors.tqdm = lambda lines, total: lines
logging.getLogger("torchtext").addHandler(logging.NullHandler())


class Vectors(vectors.Vectors):
    """torchtext's ``Vectors`` without its side effects: it reads a local file, silently.

    torchtext's own switches off the check of certificates for the whole process, for the sake of its
    downloads. Here it is back on when the vectors are read, and there are no downloads.
    """

    def cache(self, name: str, cache: str, url: str | None = None, max_vectors: int | None = None) -> None:
        if url is not None:
            raise ValueError("Vectors are read from a local file here: fetch it first and pass its path.")
        checking = ssl._create_default_https_context
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)  # torch 2.4 and 2.5, on any torch.load
                super().cache(name, cache, max_vectors=max_vectors)
        finally:
            ssl._create_default_https_context = checking


def _restore(tokens: list[str], default_index: int | None) -> Vocab:
    return Vocab(_cpp.Vocab(tokens, default_index))


def _reduce(vocabulary: Vocab) -> tuple[Callable[..., Vocab], tuple[list[str], int | None]]:
    return _restore, (vocabulary.get_itos(), vocabulary.get_default_index())


# A pickled vocabulary names this module first. So a worker process that reads it gets torchtext through the
# adapter, and what one torch wrote another can read.
copyreg.pickle(Vocab, _reduce)

__all__ = [
    "Vectors",
    "Vocab",
    "bleu_score",
    "build_vocab_from_iterator",
    "get_tokenizer",
    "native",
    "vocab",
]
