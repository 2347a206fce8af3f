"""From a string to its tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from utils.memory import garbage_collector_paused
from utils.text import torchtext_adapter

Tokenizer = Callable[[str], list[str]]


def get_tokenizer(tokenizer: str | Tokenizer | None = "basic_english", language: str = "en") -> Tokenizer:
    """A function from a string to the list of its tokens; torchtext's ``get_tokenizer`` with a default.

    - ``"basic_english"``: lower case; . , ( ) ! ? ' become tokens of their own; " ; : and ``<br />`` go.
    - ``None``: split at white space and change nothing.
    - a function is returned as it is: ``get_tokenizer(list)`` gives the characters.
    - ``"spacy"``, ``"moses"``, ``"toktok"``, ``"revtok"``, ``"subword"``: through the package of that name,
      which must be installed.

    Raises ValueError for any other name, and for ``"basic_english"`` with a language other than ``"en"``.
    """
    return torchtext_adapter.get_tokenizer(tokenizer, language)


def tokenise_all(texts: Iterable[str], tokenizer: Tokenizer | None = None) -> list[list[str]]:
    """The tokens of every text of a corpus, by ``get_tokenizer()`` or another tokenizer.

    The same as one call for each, but faster where the texts are many (see ``garbage_collector_paused``).

    Raises ValueError if ``texts`` is one string.
    """
    if isinstance(texts, str):
        raise ValueError(f"expected a list of texts, got the string {texts[:40]!r}: call the tokenizer on it")
    tokenise = get_tokenizer() if tokenizer is None else tokenizer
    with garbage_collector_paused():
        return [tokenise(text) for text in texts]
