"""Where the published site is, and how a notebook finds the course's package there."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path
from typing import Any

import yaml

from utils.common.files import PACKAGE

DISTRIBUTION = "recurrent-networks-course"
DOWNLOADS = "downloads"  # the folder of the site
GUIDE = "For students"  # the title of the page that tells how to install the package


def configuration(root: Path) -> dict[str, Any]:
    """The book's configuration; empty where there is none."""
    path = root / "book" / "_config.yml"
    return (yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else None) or {}


def public_address(config: dict[str, Any]) -> str:
    """The site's address, with ``/`` at its end: ``html.baseurl``; "" where none is configured."""
    address = (config.get("html") or {}).get("baseurl") or ""
    return address.rstrip("/") + "/" if address else ""


def repository(config: dict[str, Any]) -> str:
    """The address of the public repository, without ``/`` at its end; "" where none is configured."""
    return ((config.get("repository") or {}).get("url") or "").rstrip("/")


def wheel_name() -> str:
    """The file name of the course's wheel, of the version that this package has."""
    project = PACKAGE.parent / "pyproject.toml"
    if project.exists():  # what was installed may be older
        version = re.findall(r'^version = "(.+)"$', project.read_text(encoding="utf-8"), re.MULTILINE)[0]
    else:
        version = importlib.metadata.version(DISTRIBUTION)
    return f"{DISTRIBUTION.replace('-', '_')}-{version}-py3-none-any.whl"


def course_cell(root: Path) -> str:
    """An assignment's first cell, which says what to do where the course's package cannot be imported."""
    address, wheel = public_address(configuration(root)), wheel_name()
    here = f"download {wheel} from the book's page {GUIDE!r}, put it beside this notebook, "
    return f"""\
# The course's own package. Where it is missing, this cell says how to get it.
try:
    from utils import checks
except ImportError as problem:
    if problem.name == "utils" and problem.path:
        raise ImportError(
            f"{{problem.path}} hides the course's package, which has the same name: "
            "give your file another name, and restart the kernel."
        ) from None
    raise ImportError(
        "The course's package is not installed here: {"" if address else here}"
        "run the next line in a new cell, and restart the kernel.\\n\\n"
        "%pip install {f"{address}{DOWNLOADS}/" if address else ""}{wheel}"
    ) from None"""
