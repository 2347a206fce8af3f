"""The notebooks in assignments/: what was released, and what somebody has written into them since.

Students work where the notebooks lie, so a new release must not take their work away. Every released
notebook says in its metadata which release it is: a hash of its cells' texts. Where the texts are no longer
those, somebody has worked in it.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from utils.common.files import replace_folder, same_folder
from utils.grading.answer_key import MARK, texts_digest


def put_release(fresh: Path, folder: Path, kept: Path) -> tuple[bool, list[str]]:
    """Make ``folder`` what ``fresh`` is, without taking away what somebody has written.

    A notebook of this very release that was worked in stays as it is. One of an earlier release, and any
    file that is not of a release, is copied into ``kept`` first.

    Returns:
        Whether something in ``folder`` changed, and a sentence for each file that was worked in.
    """
    if same_folder(fresh, folder):
        return False, []
    said = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or ".ipynb_checkpoints" in path.parts:
            continue
        new = fresh / path.relative_to(folder)
        if not worked_in(path, new):
            continue
        if new.exists() and release_of(path) == release_of(new):
            shutil.copy2(path, new)
            said.append(f"{path} has been worked in, and stays as it is.")
        else:
            copy = kept / folder.name / f"{path.stem}-{datetime.now():%Y%m%d-%H%M%S}{path.suffix}"
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy)
            said.append(f"{path} had been worked in; the work is kept as {copy}.")
    return replace_folder(fresh, folder), said


def worked_in(path: Path, new: Path) -> bool:
    """Whether a file holds what no release gave.

    Args:
        new: the file of the new release, if it has one of this name.
    """
    notebook = read(path)
    if notebook is None:
        return not (new.exists() and new.read_bytes() == path.read_bytes())
    texts, fresh = texts_digest(notebook), read(new)
    return texts != release_of(path) and (fresh is None or texts != texts_digest(fresh))


def release_of(path: Path) -> str | None:
    """Which release the notebook says it is; None when it does not say."""
    notebook = read(path)
    return None if notebook is None else notebook.metadata.get(MARK)


def read(path: Path) -> NotebookNode | None:
    """The notebook at ``path``; None when there is none that can be read."""
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, AttributeError, KeyError, nbformat.ValidationError):
        return None
