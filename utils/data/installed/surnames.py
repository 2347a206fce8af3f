"""Surnames and the language they come from; a task for a model that reads characters.

The names are those of the package Faker, whose lists are in ordinary use by people of these countries. They
are as mixed as people are: a name may belong to several languages, and then nobody can be right every time.
"""

from __future__ import annotations

import functools
import importlib
import random
import unicodedata

from utils.data.dataset import Dataset, Labelled, split
from utils.data.made.grammar import best_accuracy

# Faker's country and the list in it, by language.
LISTS: dict[str, tuple[tuple[str, str], ...]] = {
    "Croatian": (("hr_HR", "last_names"),),
    "Dutch": (("nl_NL", "last_names"),),
    "English": (("en_GB", "last_names"), ("en_US", "last_names")),
    "French": (("fr_FR", "last_names"), ("fr_BE", "last_names")),
    "German": (("de_AT", "last_names"), ("de_DE", "last_names")),
    "Icelandic": (("is_IS", "last_names_without_suffix"),),
    "Irish": (("ga_IE", "last_names"),),
    "Italian": (("it_IT", "last_names"),),
    "Polish": (("pl_PL", "unisex_last_names"),),
    "Slovak": (("sk_SK", "last_names_male"),),
    "Spanish": (("es_ES", "last_names"),),
    "Swedish": (("sv_SE", "last_names"),),
    "Zulu": (("zu_ZA", "last_names"),),
}
SUFFIX = {"Icelandic": "son"}  # Faker stores the father's name and adds the ending when it draws


def make(seed: int = 0, per_language: int = 500) -> Dataset:
    """``per_language`` surnames of each of 13 languages; the items are ``Labelled(text, label)``.

    A name that belongs to several languages comes once with each, all in one split. The title gives the
    accuracy that no classifier can exceed on the test split because of them.

    Raises ValueError if per_language is below 1 or a language has fewer names.
    """
    if per_language < 1:
        raise ValueError(f"per_language must be at least 1, got {per_language}")
    rng = random.Random(seed)
    items = []
    for language in LISTS:
        names = surnames_of(language)
        if len(names) < per_language:
            raise ValueError(f"per_language must be at most {len(names)} for {language}, got {per_language}")
        items += [Labelled(name, language) for name in rng.sample(names, per_language)]
    splits = split(items, seed, keys=lambda item: (item.text,))
    test = splits["test"]
    highest = best_accuracy((item.text for item in test), (item.label for item in test))
    languages = f"surnames of {len(LISTS)} languages from the package Faker"
    title = f"{languages}, nobody can exceed {highest:.1%} in test"
    return Dataset("surnames", "default", title, dict(splits))


def surnames_of(language: str) -> list[str]:
    """All surnames that Faker has for ``language``, in Latin letters, each once, in order.

    Raises ValueError for a language that is not in ``LISTS``.
    """
    if language not in LISTS:
        raise ValueError(f"expected one of {', '.join(LISTS)}, got {language!r}")
    names = set()
    for country, attribute in LISTS[language]:
        provider = importlib.import_module(f"faker.providers.person.{country}").Provider
        names |= {name + SUFFIX.get(language, "") for name in getattr(provider, attribute)}
    return sorted(name for name in names if is_latin(name))


def is_latin(name: str) -> bool:
    """Whether every letter of ``name`` is of the Latin alphabet, with or without accents."""
    return all(_is_latin(char) for char in name if char.isalpha())


@functools.cache
def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("LATIN")
