"""Which packages, and files of the course, students' code may import, and which of these a grade depends on.

They are those that an assignment uses, and what these need themselves. An edit in a file that a grade depends
on grades a class anew, no other does.
"""

from __future__ import annotations

import ast
import functools
import importlib.metadata
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import utils
from utils.common.errors import UserError
from utils.common.files import digest
from utils.grading.settings import CHECKS

PACKAGE = Path(utils.__file__ or "").absolute().parent
ALWAYS = ("torch", "numpy", "matplotlib")  # each assignment may use these
# what the student's process itself is made of, and the progress bars that notebooks are full of
OWN = ("torch", "numpy", "matplotlib", "matplotlib-inline", "ipython", "msgpack", "tqdm", "ipywidgets")
OWN_PARTS = (CHECKS, "utils.grading.processes.student_process")
SITES = ("site-packages", "dist-packages")


@dataclass(frozen=True)
class Offer:
    """What can be imported where students' code runs; the rest is not there.

    Attributes:
        uses: what the assignment says that it uses: packages, and modules of the course.
        sites: folders that packages are installed in.
        entries: what in these folders belongs to the packages that may be imported.
        course: files and folders of the course that may be imported.
    """

    uses: tuple[str, ...]
    sites: tuple[str, ...]
    entries: tuple[str, ...]
    course: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What may be used, for a student."""
        return f"this assignment uses {', '.join(self.uses)} and Python's standard library"


def offer(uses: Iterable[str]) -> Offer:
    """What an assignment that uses these packages, and modules of the course, can import."""
    uses = list(uses)
    packages = [name for name in uses if name.partition(".")[0] != "utils"]
    modules = [name for name in uses if name.startswith("utils.")]
    entries: set[Path] = set()
    for name in needed([*OWN, *packages]):
        entries |= installed(name)
    parts = parts_of_course(modules)
    return Offer(
        tuple(uses),
        tuple(map(str, sites())),
        tuple(sorted(map(str, entries))),
        tuple(sorted(map(str, parts))),
    )


def uses_of(modules: Iterable[str], said: Iterable[str] = ()) -> list[str]:
    """What an assignment uses: what it says, or else the usual, and what its cells import.

    Args:
        modules: what the cells import that are no tests, as dotted names.
        said: in the metadata of its notebook.
    """
    found = set(said or ALWAYS) | {CHECKS}
    for module in modules:
        top = module.partition(".")[0]
        if top == "utils":
            found |= {part for part in [".".join(module.split(".")[:2])] if in_course(part)}
        elif top not in sys.stdlib_module_names:
            found.add(top)
    ours = sorted(name for name in found if name.startswith("utils"))
    return [*sorted(found - set(ours)), *ours]


def in_course(module: str) -> bool:
    """Whether ``utils.NAME`` is a module of the course."""
    path = PACKAGE.joinpath(*module.split(".")[1:])
    return path != PACKAGE and (path.is_dir() or path.with_suffix(".py").is_file())


def said_by(metadata: dict) -> list[str]:
    """What a notebook's metadata says that its assignment uses.

    Raises:
        UserError: it is no list of names.
    """
    said = metadata.get("course", {}).get("uses", [])
    if not isinstance(said, list) or not all(isinstance(name, str) for name in said):
        raise UserError(f"`uses` in an assignment's header is a list of packages, not {said!r}")
    return said


def sites() -> list[Path]:
    """The folders on this machine that packages may be installed in, outer Pythons' included."""
    roots = {Path(sys.prefix), Path(sys.base_prefix), Path("/usr"), Path("/usr/local")}
    found = {Path(name).absolute() for name in sys.path if Path(name).name in SITES}
    for root in roots:
        found |= {path for site in SITES for path in root.glob(f"lib*/python3*/{site}")}
    return sorted({each for path in found if path.is_dir() for each in (path, path.resolve())})


@functools.cache
def distribution_of(name: str) -> str | None:
    """The distribution with a name, or with a module of that name; None when it is not installed."""
    try:
        return importlib.metadata.distribution(name).name
    except importlib.metadata.PackageNotFoundError:
        found = importlib.metadata.packages_distributions().get(name, [])
        return found[0] if found else None


def needed(names: Iterable[str]) -> set[str]:
    """The distributions of these names, and those that they need to run."""
    from packaging.requirements import InvalidRequirement, Requirement

    found: set[str] = set()
    waiting = [known for known in map(distribution_of, names) if known]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for line in importlib.metadata.distribution(name).requires or []:
            try:
                requirement = Requirement(line)
            except InvalidRequirement:
                continue
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting += [known for known in [direct(requirement.name)] if known]
    return found


def direct(name: str) -> str | None:
    """As :func:`distribution_of`, for a distribution's own name."""
    try:
        return importlib.metadata.distribution(name).name
    except importlib.metadata.PackageNotFoundError:
        return None


def installed(name: str) -> set[Path]:
    """What a distribution has put into the folder that it is installed in."""
    about = importlib.metadata.distribution(name)
    record = about.read_text("RECORD")
    if record is not None:
        tops = {line.split(",")[0].partition("/")[0].strip('"') for line in record.splitlines()}
    else:
        tops = set((about.read_text("top_level.txt") or name).split())
        tops |= {f"{top}.py" for top in tops}
    home = Path(str(about.locate_file("")))
    paths = {home / top for top in tops - {"..", "", "__pycache__"}}
    return {each for path in paths if path.exists() for each in (path, path.resolve())}


def parts_of_course(used: Iterable[str]) -> set[Path]:
    """The files and folders of the course under what is used of it, and under all that these import."""
    found: set[str] = set()
    waiting = [*used, *OWN_PARTS]
    paths = {PACKAGE.joinpath(*module.split(".")[1:]) for module in used}
    paths = {path for path in paths if path.is_dir()}  # with the data that may lie in them
    while waiting:
        module = waiting.pop()
        if module in found or not (path := file_of(module)):
            continue
        found.add(module)
        paths.add(path)
        waiting += [module.rpartition(".")[0], *imported(module)]
    return {each for path in paths for each in (path, path.resolve())}


def file_of(module: str) -> Path | None:
    """The file of a module of the course; None when there is none."""
    path = PACKAGE.joinpath(*module.split(".")[1:])
    choices = (path / "__init__.py", path.with_suffix(".py")) if module.startswith("utils") else ()
    return next((choice for choice in choices if choice.is_file()), None)


@functools.cache
def imported(module: str) -> list[str]:
    """The modules of the course that one of them imports, or may, where what it imports is a name in one."""
    path = file_of(module)
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8") if path else "")):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "utils":
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("utils.")}
    return sorted(found)


def course_digest(modules: Iterable[str]) -> str:
    """Changes when a file of the course does that a grade depends on: see :func:`course_files`."""
    return digest(course_files(modules))


def course_files(modules: Iterable[str]) -> set[Path]:
    """What a grade depends on in the course, where an assignment uses these ``modules`` of it.

    That is grading itself, what it stands on, the modules, and what they import: no grade is made anew
    because a drawing was mended.
    """
    parts = parts_of_course(name for name in modules if name.startswith("utils."))
    parts |= {PACKAGE / "grading", PACKAGE / "common"}
    return {file.resolve() for part in parts for file in (part.rglob("*.py") if part.is_dir() else [part])}
