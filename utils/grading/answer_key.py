"""An assignment as those who grade it need it: plain data, made once, sent to every worker."""

from __future__ import annotations

import builtins
import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from utils.common.errors import UserError
from utils.grading.packages import said_by, uses_of
from utils.grading.symbols import names

RUBRIC = "-rubric"  # ends the name of the cell that says how the answer of that name is graded by hand
MARK = "release"  # in the metadata of a released notebook: which release it is


@dataclass(frozen=True)
class Release:
    """One assignment, from its source notebook.

    Attributes:
        cells: nbgrader's cells of the source, hidden tests included, answers cleared: by their grade id, in
        order. visible: the sources that students got, by grade id. trusted: the instructor's own code
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
    visible: dict[str, str]
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


def read_release(source: Path, timeout: float = 60.0) -> Release:
    """The release of the folder that holds an assignment's source notebook.

    Raises:
        UserError: there is no notebook, or more than one, or nbgrader refuses it.
    """
    notebooks = sorted(source.glob("*.ipynb"))
    if len(notebooks) != 1:
        raise UserError(f"{source} holds {len(notebooks)} notebooks, not one; run `course release` first")
    full = instantiated(nbformat.read(notebooks[0], as_version=4), source)
    cleared, visible = nbgrader_release(full, source.name, notebooks[0].stem)
    cells = {c.metadata.nbgrader.grade_id: dict(c) for c in cleared.cells if "nbgrader" in c.metadata}
    others = [path for path in sorted(source.rglob("*")) if path.is_file() and path.suffix != ".ipynb"]
    files = {str(path.relative_to(source)): path.read_bytes() for path in others}
    beside = library_of(source)
    library = beside.read_bytes() if beside.exists() else b"{}"
    digest = hashlib.sha256(
        notebooks[0].read_bytes() + repr(sorted(files.items())).encode() + library
    ).hexdigest()
    return Release(
        assignment=source.name,
        notebook=notebooks[0].stem,
        cells=json.loads(json.dumps(cells)),
        visible={
            cell.metadata.nbgrader.grade_id: cell.source
            for cell in visible.cells
            if "nbgrader" in cell.metadata
        },
        trusted=trusted_cells(full),
        from_student=sorted(student_names(full)),
        modules=modules_of(full),
        metadata=json.loads(json.dumps(full.metadata)),
        files=files,
        timeout=timeout,
        digest=digest,
        mark=texts_digest(visible),
        uses=uses_of(modules_of_code(full), said_by(full.metadata)),
        library=json.loads(library),
    )


def without_library(release: Release) -> Release:
    """The release where points are asked for alone, and no mistakes are told."""
    return replace(release, library={}, digest=f"{release.digest} without its library")


def library_of(source: Path) -> Path:
    """The file with the wrong answers of an assignment, whose source notebook is in the folder ``source``."""
    return source.with_name(f"{source.name}.wrong.json")


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


def nbgrader_release(full: NotebookNode, assignment: str, notebook: str) -> tuple[NotebookNode, NotebookNode]:
    """The source as nbgrader's gradebook has it, and as students have it."""
    from nbgrader import preprocessors as steps
    from nbgrader.nbgraderformat import SchemaTooNewError, SchemaTooOldError, ValidationError

    resources = {"nbgrader": {"assignment": assignment, "notebook": notebook, "student": "."}}
    stored = nbformat.from_dict(json.loads(json.dumps(full)))
    try:
        for step in (
            steps.LockCells,
            steps.ClearSolutions,
            steps.ClearOutput,
            steps.CheckCellMetadata,
            steps.ComputeChecksums,
        ):
            stored, _ = step().preprocess(stored, resources)
        visible = nbformat.from_dict(json.loads(json.dumps(stored)))
        for step in (steps.ClearHiddenTests, steps.ClearMarkScheme):
            visible, _ = step().preprocess(visible, resources)
    except (ValidationError, RuntimeError, SchemaTooOldError, SchemaTooNewError, KeyError) as error:
        raise UserError(f"nbgrader refuses the notebook of {assignment}: {error}") from None
    return stored, visible


def modules_of(full: NotebookNode) -> list[str]:
    """What a source imports, now or by what it calls: making an optimizer imports torch's compiler."""
    code = [cell.source for cell in full.cells if cell.cell_type == "code"]
    found: set[str] = set().union(*(names(source).modules for source in code))
    if any("optim" in source for source in code):
        found.add("torch._dynamo")
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
