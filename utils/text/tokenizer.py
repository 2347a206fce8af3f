"""From a string to its tokens."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable

from utils.common.memory import garbage_collector_paused
from utils.text import torchtext_adapter

Tokenizer = Callable[[str], list[str]]

PACKAGES = {
    "spacy": "spacy",
    "moses": "sacremoses",
    "toktok": "nltk",
    "revtok": "revtok",
    "subword": "revtok",
}


def get_tokenizer(tokenizer: str | Tokenizer | None = "basic_english", language: str = "en") -> Tokenizer:
    """A function from a string to the list of its tokens; torchtext's ``get_tokenizer`` with a default.

    - ``"basic_english"``: lower case; . , ( ) ! ? ' become tokens of their own; " ; : and ``<br />`` go.
    - ``None``: split at white space and change nothing.
    - a function is returned as it is: ``get_tokenizer(list)`` gives the characters.
    - ``"spacy"`` (in ``language``), ``"moses"``, ``"toktok"``, ``"revtok"``, ``"subword"``: through a package
      (spacy, sacremoses, nltk, revtok, revtok), which must be installed.

    Raises ValueError for any other name, for one whose package is not installed, and for ``"basic_english"``
    with a language other than ``"en"``.
    """
    if tokenizer is not None and not callable(tokenizer):
        _check_name(tokenizer, language)
    return torchtext_adapter.get_tokenizer(tokenizer, language)


def _check_name(name: str, language: str) -> None:
    """Refuse what torchtext would leave half said."""
    if name == "basic_english":
        if language != "en":
            raise ValueError(
                f'"basic_english" has rules for English alone, got language {language!r}: where spaces '
                "stand between all tokens pass None in its place; to split by the English rules all the "
                "same, leave the language out"
            )
    elif not isinstance(name, str) or name not in PACKAGES:
        raise ValueError(
            f"there is no tokenizer {name!r:.60}: pass {', '.join(['basic_english', *PACKAGES])}, None to "
            "split at white space, or a function from a string to its tokens"
        )
    elif importlib.util.find_spec(PACKAGES[name]) is None:
        raise ValueError(
            f'"{name}" needs the package {PACKAGES[name]}, which is not installed: run '
            f'`pip install {PACKAGES[name]}`, or pass "basic_english"'
        )


def tokenise_all(texts: Iterable[str], tokenizer: str | Tokenizer | None = None) -> list[list[str]]:
    """The tokens of every text of a corpus, by ``get_tokenizer()`` or another tokenizer or its name.

    The same as one call for each, but faster where the texts are many (see ``garbage_collector_paused``).

    Raises ValueError if ``texts`` is one string, and as ``get_tokenizer`` does.
    """
    if isinstance(texts, str):
        raise ValueError(f"expected a list of texts, got the string {texts[:40]!r}: call the tokenizer on it")
    tokenise = get_tokenizer() if tokenizer is None else get_tokenizer(tokenizer)
    with garbage_collector_paused():
        return [tokenise(text) for text in texts]
