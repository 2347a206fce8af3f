"""What the tests of the gradebook start from."""

from pathlib import Path

import pytest
from gradebook_course import TINY, address, write_source
from postgres import cluster  # noqa: F401


@pytest.fixture
def source(tmp_path) -> Path:
    return write_source(tmp_path / "source" / TINY)


@pytest.fixture
def course(tmp_path) -> Path:
    return tmp_path / "class"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, course, tmp_path) -> str:
    """The address of an empty gradebook, of both kinds."""
    if request.param == "sqlite":
        return address(course)
    server = request.getfixturevalue("cluster")
    return server.create(f"class{abs(hash(tmp_path))}").replace("postgresql:", "postgresql+psycopg:")
