"""What the tests of real data share."""

import os

import pytest

from utils.data.published.copies import find
from utils.data.published.registry import CORPORA

needs_course_data = pytest.mark.skipif(
    not os.environ.get("COURSE_DATA"), reason="COURSE_DATA names no folder with copies of the real data"
)


def require(corpus: str) -> None:
    """Skip the test unless COURSE_DATA holds this set: tests download nothing."""
    copy = find(CORPORA[corpus])
    if copy is None or copy.place != "COURSE_DATA":
        pytest.skip(f"COURSE_DATA holds no copy of {corpus}")
