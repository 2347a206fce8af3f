"""The course's default data, made once in a process however many runs read it."""

from functools import cache

from utils.data import Dataset
from utils.data.installed import surnames
from utils.data.made import reviews, spam, translation

GENERATORS = {"spam": spam, "reviews": reviews, "translation": translation}


@cache
def made(name: str, count: int | None = None) -> Dataset:
    """The data set ``name`` with ``count`` items in all splits together; the surnames are all there are."""
    return surnames.make() if name == "surnames" else GENERATORS[name].make(count=count)
