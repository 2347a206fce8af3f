"""The public part of the course: all that a reader and a student need, and nothing of ``solutions/``."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from utils.authoring.release import PUBLIC, is_public
from utils.book.publishing.secrets import find_secrets
from utils.book.publishing.wheel import released_notebooks
from utils.common.errors import UserError

FILES = (
    ".gitignore",
    ".github/course.svg",
    ".github/workflows/book.yml",
    "LICENSE",
    "LICENSE-TEXT.md",
    "Makefile",
    "THREATS.md",
    "nbgrader_config.py",
    "pyproject.toml",
    "requirements.txt",
)
FOLDERS = ("benchmarks", "book", "experiments", "utils")
PRIVATE = ("benchmarks/diagnosis.py", "benchmarks/grading.py")  # they grade
IGNORED = shutil.ignore_patterns("__pycache__", ".*", "_build", "build", "*.egg-info")
KEPT = ("For the reader", "For the programmer", "Credits", "Licences")  # sections of the README
START = """\
This is the public part of the course: the book, the students' notebooks and the package. Solutions, hidden
tests and the course's own tests are in its private part, and grading needs them.

## Start

You need Python 3.10 or later, and `make`:

```
make course     # installs into .venv and builds the book
```

Without make, for instance in PowerShell on Windows (elsewhere, write `.venv/bin/` for `.venv\\Scripts\\`):

```
py -m venv .venv
.venv\\Scripts\\python -m pip install -c requirements.txt -e ".[book]"
.venv\\Scripts\\course book
```

To work on an assignment, copy its notebook out of `assignments/`, and open the copy with
`.venv/bin/jupyter lab`. The book's page *For students* tells the rest.

"""


def write_public(root: Path, to: Path) -> int:
    """Write the public part of the course in ``root`` into the folder ``to``; how many files it has.

    Raises:
        UserError: ``to`` holds something beside a ``.git``, a notebook has been worked in, or something
            private stands in what would be public. Nothing is written then.
    """
    if is_public(root):
        raise UserError(PUBLIC)
    to.mkdir(parents=True, exist_ok=True)
    if any(path.name != ".git" for path in to.iterdir()):
        raise UserError(f"{to} is not empty; name a new folder, or an empty one")
    with tempfile.TemporaryDirectory(dir=to.parent, prefix=f".{to.name}.") as scratch:
        fresh = Path(scratch)
        fill(root, fresh)
        if found := find_secrets(root, fresh):
            raise UserError("\n".join(["nothing was written, because something private would be:", *found]))
        written = sum(path.is_file() for path in fresh.rglob("*"))
        for path in fresh.iterdir():
            shutil.move(path, to / path.name)
    return written


def fill(root: Path, to: Path) -> None:
    """Copy into ``to`` what is public."""
    for folder in FOLDERS:
        shutil.copytree(root / folder, to / folder, ignore=IGNORED)
    for path in [*(root / name for name in FILES), *released_notebooks(root)]:
        target = to / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    for name in PRIVATE:
        (to / name).unlink(missing_ok=True)
    readme = (root / "README.md").read_text(encoding="utf-8")
    (to / "README.md").write_text(public_readme(readme), encoding="utf-8")


def public_readme(readme: str) -> str:
    """The README without what only whoever has the private part can do."""
    opening, *sections = re.split(r"^(?=## )", readme, flags=re.MULTILINE)
    kept = [section for section in sections if section[3:].partition("\n")[0] in KEPT]
    return opening + START + "".join(kept)
