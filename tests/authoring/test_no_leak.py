"""Nothing of solutions/ and no hidden test reaches a reader or a student."""

import shutil
from pathlib import Path

import pytest

from utils.authoring.release import find_assignments, release
from utils.book.build import run_jupyter_book

ROOT = Path(__file__).parents[2]
SOLUTION, HIDDEN, VARIANT = "marker_in_a_solution", "marker_in_a_hidden_test", "marker_in_a_variant"


def plant(source: Path) -> None:
    """Put the markers into an assignment's source and its variants."""
    text = source.read_text(encoding="utf-8")
    for marker, begin in ((SOLUTION, "### BEGIN SOLUTION\n"), (HIDDEN, "### BEGIN HIDDEN TESTS\n")):
        lines = text.splitlines(keepends=True)
        for number in reversed([i for i, line in enumerate(lines) if line.strip() + "\n" == begin]):
            indent = lines[number][: -len(lines[number].lstrip())]
            lines.insert(number + 1, f"{indent}{marker} = 1\n")
        text = "".join(lines)
    source.write_text(text, encoding="utf-8")
    for variant in source.parent.glob("*/*.py"):
        variant.write_text(variant.read_text(encoding="utf-8") + f"\n{VARIANT} = 1\n", encoding="utf-8")


def holders(folder: Path, marker: str) -> list[str]:
    """The files below ``folder`` that hold ``marker``, in their name or in their bytes."""
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if marker in path.name or (path.is_file() and marker.encode() in path.read_bytes())
    ]


@pytest.mark.slow
def test_planted_markers_stay_out_of_the_site_and_the_assignments(tmp_path):
    for folder in ("book", "solutions"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    config = tmp_path / "book" / "_config.yml"
    config.write_text(config.read_text().replace("execute_notebooks: cache", 'execute_notebooks: "off"'))
    assignments = find_assignments(tmp_path)
    for assignment in assignments:
        plant(assignment.source)

    release(assignments, tmp_path / "source", tmp_path / "assignments")
    # not strict: without execution, references to the pages' figures are broken
    assert run_jupyter_book(tmp_path / "book", tmp_path / "site")
    site = tmp_path / "site" / "_build" / "html"

    for marker in (SOLUTION, HIDDEN):  # the search finds what is there
        assert holders(tmp_path / "source", marker)
    assert holders(tmp_path / "solutions", VARIANT)
    for marker in (SOLUTION, HIDDEN, VARIANT):
        assert holders(site, marker) == []
        assert holders(tmp_path / "assignments", marker) == []
    downloads = {path.name for path in (site / "_downloads").rglob("*.ipynb")}
    assert downloads == {f"{assignment.notebook}.ipynb" for assignment in assignments}
