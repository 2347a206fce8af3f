"""An assignment as those who grade it need it: plain data, made once, sent to every worker.

`course release` makes it of the source notebook and writes it down: ``NN-name.key.json``, beside the folder
of the source, and not in it, since what is in that goes out to students. Whoever grades reads it. A folder
that has none, as of a course that nbgrader alone released, gets its key at reading.
"""

from __future__ import annotations

import builtins
import functools
import hashlib
import json
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from utils.common.errors import UserError
from utils.common.files import digest
from utils.grading import packages, symbols
from utils.grading.packages import said_by, uses_of
from utils.grading.symbols import names

RUBRIC = "-rubric"  # ends the name of the cell that says how the answer of that name is graded by hand
MARK = "release"  # in the metadata of a released notebook: which release it is


@dataclass(frozen=True)
class Release:
    """One assignment, from its source notebook.

    Attributes:
        cells: nbgrader's cells of the source, hidden tests included, answers cleared: by their grade id, in
        order. student: the notebook that students got. trusted: the instructor's own code
        cells, each with the tests that come after it. from_student: names that the tests take from the
        student's cells. modules: what the source imports. files: other files of the assignment, by their
        path. mark: what a notebook of this release says of itself. uses: packages, and modules of the course,
        that students' code may import: see :func:`utils.grading.packages.uses_of`. timeout: seconds that one
        cell may take. telling: seconds in which the mistakes of one submission must be told. library: the
        wrong answers that mistakes are told by (:func:`utils.authoring.variant_files.library`); the tests'
        process alone may see them.
    """

    assignment: str
    notebook: str
    cells: dict[str, dict]
    student: dict
    trusted: list[dict]
    from_student: list[str]
    modules: list[str]
    metadata: dict
    files: dict[str, bytes] = field(default_factory=dict)
    timeout: float = 60.0
    telling: float = 30.0
    limits: dict = field(default_factory=dict)
    require_sandbox: bool = False
    digest: str = ""
    mark: str = ""
    uses: list[str] = field(default_factory=list)
    library: dict = field(default_factory=dict)

    @property
    def tests(self) -> list[str]:
        return [name for name, cell in self.cells.items() if is_test(cell)]

    @functools.cached_property
    def visible(self) -> dict[str, str]:
        """The sources that students got, by grade id."""
        marked = [cell for cell in self.student["cells"] if "nbgrader" in cell["metadata"]]
        return {cell["metadata"]["nbgrader"]["grade_id"]: cell["source"] for cell in marked}


def read_release(source: Path, timeout: float = 60.0) -> Release:
    """The release of the folder that holds an assignment's source notebook: its key as it was written down,
    or made anew where there is none, or one of another source.

    Raises:
        UserError: there is no notebook, or more than one, or nbgrader refuses it; or the key is damaged.
    """
    files = {str(path.relative_to(source)): path.read_bytes() for path in files_of(source)}
    known = written_key(source)
    library = known.get("library", {})
    if known.get("digest") == digest_of(source, library):
        return Release(**known, files=files, timeout=timeout)
    return Release(**make_key(source, library), files=files, timeout=timeout)


def write_key(source: Path, library: dict) -> Release:
    """Make the key of a folder and write it down beside it; ``library`` are the assignment's wrong answers.

    Raises:
        UserError: as :func:`read_release`.
    """
    key = make_key(source, library)
    key_of(source).write_text(json.dumps(key), encoding="utf-8")
    return Release(**key)


def write_student_version(key: Release, source: Path, to: Path) -> None:
    """Fill the folder ``to`` with what students get: their notebook, and the files beside the source."""
    shutil.copytree(
        source, to, ignore=shutil.ignore_patterns("*.ipynb", ".ipynb_checkpoints", "*.pyc", "__pycache__")
    )
    nbformat.write(nbformat.from_dict(key.student), to / f"{key.notebook}.ipynb")


def key_of(source: Path) -> Path:
    """Where the key of an assignment is, whose source notebook is in the folder ``source``."""
    return source.with_name(f"{source.name}.key.json")


def written_key(source: Path) -> dict[str, Any]:
    """What is written down of the folder ``source``; empty where nothing is.

    Raises:
        UserError: it is damaged. To make it anew from the source alone would lose the wrong answers.
    """
    path = key_of(source)
    if not path.exists():
        return {}
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except ValueError:
        raise UserError(f"{path} is damaged; run `course release` again") from None


def source_of(source: Path) -> Path:
    """The one notebook in the folder ``source``."""
    notebooks = sorted(source.glob("*.ipynb"))
    if len(notebooks) != 1:
        raise UserError(f"{source} holds {len(notebooks)} notebooks, not one; run `course release` first")
    return notebooks[0]


def files_of(source: Path) -> list[Path]:
    """What else is in the folder ``source``."""
    return [path for path in sorted(source.rglob("*")) if path.is_file() and path.suffix != ".ipynb"]


def digest_of(source: Path, library: dict) -> str:
    """Changes when the notebook, another file or a wrong answer does, or how keys are made."""
    makers = [Path(module.__file__ or "") for module in (packages, symbols)] + [Path(__file__)]
    parts = [digest([source_of(source), *makers]), repr(sorted(library.items()))]
    parts += [f"{path.relative_to(source)} {digest([path])}" for path in files_of(source)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def make_key(source: Path, library: dict) -> dict[str, Any]:
    """The attributes of a :class:`Release` that are written down, as JSON has them."""
    path = source_of(source)
    full = instantiated(nbformat.read(path, as_version=4), source)
    cleared, student = nbgrader_release(full, source.name)
    cells = {c.metadata.nbgrader.grade_id: c for c in cleared.cells if "nbgrader" in c.metadata}
    key = {
        "assignment": source.name,
        "notebook": path.stem,
        "cells": cells,
        "student": student,
        "trusted": trusted_cells(full),
        "from_student": sorted(student_names(full)),
        "modules": modules_of(full),
        "metadata": full.metadata,
        "digest": digest_of(source, library),
        "mark": student.metadata[MARK],
        "uses": uses_of(modules_of_code(full), said_by(full.metadata)),
        "library": library,
    }
    return json.loads(json.dumps(key))


def without_library(release: Release) -> Release:
    """The release where points are asked for alone, and no mistakes are told."""
    return replace(release, library={}, digest=f"{release.digest} without its library")


def texts_digest(notebook: NotebookNode) -> str:
    """Changes when the text of a cell does; outputs and metadata do not count."""
    texts = [[cell.cell_type, cell.source] for cell in notebook.cells]
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()


def instantiated(full: NotebookNode, folder: Path) -> NotebookNode:
    """The source with nbgrader's ``### AUTOTEST`` lines written out as tests; most sources have none.

    Raises:
        UserError: it has some, and nbgrader cannot make tests of them.
    """
    from nbgrader.preprocessors import InstantiateTests

    if not any("AUTOTEST" in cell.source for cell in full.cells if cell.cell_type == "code"):
        return full
    try:
        return InstantiateTests().preprocess(full, {"metadata": {"path": str(folder)}})[0]
    except Exception as error:  # nbgrader raises bare exceptions here
        reason = str(error) or "a line stands in a cell that is no test"
        raise UserError(f"the AUTOTEST lines of {folder.name} cannot be made into tests: {reason}") from None


def nbgrader_release(full: NotebookNode, assignment: str) -> tuple[NotebookNode, NotebookNode]:
    """The source as nbgrader's gradebook has it, and as students have it, with a mark of which release it is.

    nbgrader's own steps do it, in its order (``nbgrader.converters.GenerateAssignment``).
    """
    from nbgrader import preprocessors as steps
    from nbgrader.nbgraderformat import SchemaTooNewError, SchemaTooOldError, ValidationError

    def after(notebook: NotebookNode, *made: str) -> NotebookNode:
        for name in made:
            notebook, _ = getattr(steps, name)().preprocess(notebook, {"nbgrader": {}})
        return notebook

    stored = nbformat.from_dict(json.loads(json.dumps(full)))
    try:
        stored = after(
            stored, "LockCells", "ClearSolutions", "ClearOutput", "CheckCellMetadata", "ComputeChecksums"
        )
        student = nbformat.from_dict(json.loads(json.dumps(stored)))
        student = after(
            student, "ClearHiddenTests", "ClearMarkScheme", "ComputeChecksums", "CheckCellMetadata"
        )
    except (ValidationError, RuntimeError, SchemaTooOldError, SchemaTooNewError, KeyError) as error:
        raise UserError(f"nbgrader refuses the notebook of {assignment}: {error}") from None
    student.metadata[MARK] = texts_digest(student)
    return stored, student


def modules_of(full: NotebookNode) -> list[str]:
    """What a source imports, now or by what it calls: making an optimizer imports torch's compiler, and going
    back from a given gradient SymPy."""
    code = [cell.source for cell in full.cells if cell.cell_type == "code"]
    found: set[str] = set().union(*(names(source).modules for source in code))
    if any("optim" in source for source in code):
        found.add("torch._dynamo")
    if any("grad" in source or "backward" in source for source in code):
        found.add("torch.fx.experimental.symbolic_shapes")
    return sorted(found)


def modules_of_code(full: NotebookNode) -> set[str]:
    """What those cells of a source import that run where students' code does."""
    found: set[str] = set()
    return found.union(
        *(names(c.source).modules for c in full.cells if c.cell_type == "code" and not is_test(c))
    )


def is_test(cell: Any) -> bool:
    """Whether a cell is an automatic test."""
    about = cell["metadata"].get("nbgrader", {})
    return bool(about.get("grade") and not about.get("solution") and cell["cell_type"] == "code")


def is_by_hand(cell: Any) -> bool:
    """Whether a cell is an answer that a person grades: code or text."""
    about = cell["metadata"].get("nbgrader", {})
    return bool(about.get("grade") and about.get("solution"))


def is_locked(cell: Any) -> bool:
    """Whether students may not change a cell, by nbgrader's rule."""
    about = cell["metadata"].get("nbgrader", {})
    return bool(not about.get("solution") and (about.get("grade") or about.get("locked")))


def is_task(cell: Any) -> bool:
    return bool(cell["metadata"].get("nbgrader", {}).get("solution"))


def trusted_cells(full: NotebookNode) -> list[dict]:
    """The instructor's code cells that are no tests and no answers, as far as tests build on them."""
    code = [cell for cell in full.cells if cell.cell_type == "code"]
    needed: set[str] = set().union(*(names(cell.source).needs for cell in code if is_test(cell)))
    found: list[dict] = []
    for place, cell in reversed(list(enumerate(code))):
        about = names(cell.source)
        locked = cell.metadata.get("nbgrader", {}).get("locked", False)
        if is_test(cell) or is_task(cell) or not (locked or about.binds & needed):
            continue
        needed |= about.needs
        after = [later.metadata.nbgrader.grade_id for later in code[place:] if is_test(later)]
        found.insert(0, {"source": cell.source, "before": after})
    return found


def student_names(full: NotebookNode) -> set[str]:
    """Names that tests look up and that only the answers bind, or nobody."""
    code = [cell for cell in full.cells if cell.cell_type == "code"]
    answers: set[str] = set().union(*(names(cell.source).binds for cell in code if is_task(cell)))
    others: set[str] = set().union(*(names(cell.source).binds for cell in code if not is_task(cell)))
    needed: set[str] = set().union(*(names(cell.source).needs for cell in code if not is_task(cell)))
    return needed & (
        answers | (needed - others - set(dir(builtins)) - {"get_ipython", "display", "__name__"})
    )
