"""What is wrong with a submission, before anything of it runs."""

import io
import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from utils.grading.submission import Submission, read_notebook

REAL = next((Path(__file__).parents[2] / "assignments").glob("01-*/*.ipynb")).read_bytes()
NOTEBOOK = nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])).encode()


def notebook_problem(name: str, content: bytes) -> str | None:
    """Why ``content`` is not a notebook, in one sentence; None when it is one."""
    try:
        read_notebook(name, content)
    except ValueError as error:
        return str(error)
    return None


def test_a_notebook_has_no_problem():
    assert notebook_problem("a.ipynb", NOTEBOOK) is None


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (NOTEBOOK[:40], "is not JSON"),
        (b"\xff\xfe\x00", "is not UTF-8"),
        (b"[" * 100_000, "is nested too deeply"),
        (b"[1, 2]", "is JSON but not a notebook"),
        (b'{"a": 1}', "is JSON but not a notebook"),
        (b'{"nbformat": 4, "cells": {}}', "is JSON but not a notebook"),
        (b'{"nbformat": 4, "cells": [1]}', "is JSON but not a notebook"),
        (b'{"nbformat": 4, "cells": []}', "has no cells"),
        (b'{"cells": [{}]}', "does not say which version"),
        (b'{"nbformat": "4", "cells": [{}]}', "does not say which version"),
        (b'{"nbformat": 1' + b"0" * 5000 + b', "cells": [{}]}', "holds a number that is too long"),
        (NOTEBOOK.replace(b'"1"', b"1"), "the text of cell 1 is no text"),
        (NOTEBOOK.replace(b'"1"', b'"\\ud800"'), "holds half a character"),
        (
            NOTEBOOK.replace(b'"metadata": {}', b'"metadata": ' + b'{"a":' * 900 + b"1" + b"}" * 900),
            "too deeply",
        ),
        (b'{"nbformat": 3, "worksheets": ' + b"[" * 900 + b"]" * 900 + b"}", "is nested too deeply"),
        (b'{"nbformat": 4, "cells": [' + b"{}," * 6000 + b"{}]}", "has 6001 cells, and 5000 is the most"),
        (b" " * 21_000_000, "has 21 MB, and 20 MB is the most"),
        (NOTEBOOK.decode().encode("utf-16"), "is not UTF-8"),
        (NOTEBOOK.replace(b'"code"', b'"cod"'), "breaks the notebook format"),
    ],
)
def test_each_way_of_not_being_a_notebook_has_its_sentence(content, sentence):
    problem = notebook_problem("a.ipynb", content)
    assert sentence in problem and "hand it in again" in problem and "\n" not in problem


@pytest.mark.parametrize(
    "metadata", [b"null", b"[]", b'{"kernelspec": null}', b'{"kernelspec": {}}', b'{"a": 1}']
)
def test_metadata_is_no_reason_to_refuse(metadata):
    data = json.loads(NOTEBOOK)
    data["metadata"] = data["cells"][0]["metadata"] = json.loads(metadata)
    data["more"] = 1
    assert notebook_problem("a.ipynb", json.dumps(data).encode()) is None


def test_a_missing_or_renamed_notebook_is_named_with_what_is_there():
    problem = Submission("ada", {"copy (1).ipynb": NOTEBOOK}).problem("work")
    assert problem.startswith("work.ipynb is missing (there is copy (1).ipynb)")
    assert problem.endswith("hand it in under the name work.ipynb.")
    assert "no notebook at all" in Submission("ada", {}).problem("work")
    late = Submission("ada", {"my work.ipynb": NOTEBOOK}, notes=("Canvas marks it as late.",)).problem("work")
    assert late.endswith("hand it in under the name work.ipynb. Canvas marks it as late.")


def test_the_digest_changes_with_names_and_bytes_alone():
    digests = {
        Submission(student, files).digest()
        for student, files in (
            ("ada", {"a.ipynb": b"1", "b.ipynb": b"2"}),
            ("bob", {"b.ipynb": b"2", "a.ipynb": b"1"}),
            ("ada", {"a.ipynb": b"2", "b.ipynb": b"1"}),
            ("ada", {"a.ipynb": b"12", "b.ipynb": b""}),
        )
    }
    assert len(digests) == 3


def test_older_formats_are_upgraded_and_newer_ones_refused():
    cell = {"cell_type": "code", "input": ["1 +", "1"], "language": "python", "outputs": [], "metadata": {}}
    old = {"nbformat_minor": 0, "metadata": {"name": "x"}, "worksheets": [{"cells": [cell], "metadata": {}}]}
    for version in (2, 3):
        notebook = read_notebook("a.ipynb", json.dumps(old | {"nbformat": version}).encode())
        assert (notebook.nbformat, notebook.cells[0].source) == (4, "1 +\n1")
    assert "newer than this course reads" in notebook_problem("a.ipynb", b'{"nbformat": 5, "cells": []}')


def test_what_other_editors_leave_out_or_add_does_not_matter():
    bare = {
        "nbformat": 4,
        "nbformat_minor": 99,
        "cells": [{"cell_type": "code", "source": ["1\n", "2"], "new": 1}],
    }
    notebook = read_notebook("a.ipynb", b"\xef\xbb\xbf" + json.dumps(bare).encode())
    assert notebook.cells[0].source == "1\n2"
    assert read_notebook("a.ipynb", nbformat.writes(notebook).encode()) == notebook


def test_outputs_are_dropped_before_they_can_do_harm():
    cell = {"cell_type": "code", "source": "1", "outputs": [{"nonsense": 1}] * 1000, "execution_count": "x"}
    notebook = read_notebook("a.ipynb", json.dumps({"nbformat": 4, "cells": [cell]}).encode())
    assert notebook.cells[0].outputs == [] and notebook.cells[0].execution_count is None


def test_blank_and_doubled_cell_ids_are_made_different():
    cells = [
        {"cell_type": "code", "source": "1", "id": name}
        for name in ("a", "a", "", "x" * 99, 5, "b c", "cell-0")
    ]
    notebook = read_notebook("a.ipynb", json.dumps({"nbformat": 4, "cells": cells}).encode())
    assert len({cell.id for cell in notebook.cells}) == len(cells) and notebook.cells[0].id == "a"


def test_a_submission_gives_its_notebook_or_the_reason():
    assert Submission("ada", {"work.ipynb": NOTEBOOK}).notebook("work").cells[0].source == "1"
    with pytest.raises(ValueError, match=r"work.ipynb is missing"):
        Submission("ada", {}).notebook("work")
    noted = Submission("ada", {}, notes=("hand-in.zip is encrypted.",))
    assert noted.problem("work") == "work.ipynb is missing: hand-in.zip is encrypted."


def fits(problem: str | None) -> bool:
    return problem is None or (problem.isprintable() and problem.endswith("hand it in again."))


def test_no_bytes_raise_anything_but_a_sentence():
    """2,000 damaged copies of a real notebook, from one seed."""
    draw, outcomes = random.Random(3), set()
    for _ in range(2000):
        content = bytearray(REAL)
        for _ in range(draw.choice((1, 1, 3, 20))):
            at = draw.randrange(len(content))
            kind = draw.randrange(4)
            if kind == 0:
                content[at] = draw.randrange(256)
            elif kind == 1:
                del content[at : at + draw.choice((1, 5, 500))]
            else:
                piece = draw.randrange(len(content))
                content[at:at] = content[piece : piece + draw.choice((1, 10, 300))]
        problem = notebook_problem("a.ipynb", bytes(content))
        assert fits(problem), problem
        outcomes.add((problem or "none")[:15])
    assert len(outcomes) >= 3


STRANGE = [
    None,
    0,
    -1,
    1e999,
    "",
    [],
    {},
    [[]],
    "x" * 1000,
    True,
    {"a": {}},
    "\ud800",
    "\0",
    10**50,
    [{}] * 3,
]


def test_no_structure_raises_anything_but_a_sentence():
    """1,000 copies in which values were replaced or removed, at the top as often as deep within; one seed."""
    draw, real = random.Random(4), json.loads(REAL)
    levels: dict[int, list] = {}
    for path in places(real):
        if path:
            levels.setdefault(len(path), []).append(path)
    outcomes = set()
    for _ in range(1000):
        data = json.loads(REAL)
        for level in draw.choices(list(levels.values()), k=draw.choice((1, 1, 3))):
            path = draw.choice(level)
            holder = data
            try:
                for key in path[:-1]:
                    holder = holder[key]
                if draw.random() < 0.2:
                    del holder[path[-1]]
                else:
                    holder[path[-1]] = draw.choice(STRANGE)
            except (KeyError, IndexError, TypeError):  # an earlier change took it away
                pass
        problem = notebook_problem("a.ipynb", json.dumps(data).encode())
        assert fits(problem), problem
        outcomes.add((problem or "none")[:30])
    assert len(outcomes) >= 5


def places(value, path=()):
    """The path of every value in ``value``."""
    yield path
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield from places(value[key], (*path, key))


def test_notebooks_are_read_without_the_grammar_of_web_addresses_that_takes_seconds():
    program = (
        "import sys, utils.grading.submission, nbformat\n"
        "nbformat.validate(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell('1 + 1')]))\n"
        "print([name for name in ('lark', 'rfc3987_syntax') if sys.modules.get(name)])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]" and done.stderr == ""


CAUSES = {
    "a download that was cut off": (REAL[:5000], "is not JSON to its end: it is cut short in line"),
    "cut within a text": (REAL[: REAL.index(b'"source"') + 20], "it is cut short in line"),
    "a comma too many": (NOTEBOOK.replace(b'"1"', b'"1",,'), "is not JSON (line"),
    "zero bytes": (bytes(3000), "nothing but zero bytes"),
    "a merge conflict": (
        NOTEBOOK.replace(b'"source"', b'<<<<<<< HEAD\n"source": 1,\n=======\n>>>>>>> x\n"source"'),
        "holds a merge conflict of Git (line",
    ),
    "Git LFS": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
        "is a pointer of Git LFS in place of the file; fetch the file by `git lfs pull`",
    ),
    "a page of GitHub": (
        b"\n<!DOCTYPE html>\n<html lang='en'>",
        "is a web page in place of the notebook; save the",
    ),
    "an exported page": (b"<html><head><title>work</title></head>", "is a web page"),
    "Google Drive": (
        b'{"url": "https://docs.google.com/open?id=1", "doc_id": "1"}',
        "is a link to a file of Google",
    ),
    "other JSON": (b'{"a": 1}', "has no cells; find the notebook that you worked in"),
    "a PDF": (b"%PDF-1.7\n%\xb5\xb5", "is a PDF"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "is a picture"),
    "an archive": (b"7z\xbc\xaf\x27\x1c", "is a 7z archive with another ending"),
    "a compressed file": (b"\x1f\x8b\x08\x00", "is a compressed file"),
    "an Apple link": (b"bplist00\xd1\x01", "is a link, and not what it leads to"),
    "a Windows link": (b"[InternetShortcut]\r\nURL=https://x", "is a link, and not what it leads to"),
    "a script": (b"# %%\nimport torch\n", "is a Python script; save the notebook itself"),
    "UTF-16": (
        NOTEBOOK.decode().encode("utf-16"),
        "is not UTF-8 but UTF-16 text; save it in the encoding UTF-8",
    ),
    "Latin-1": ('{"cells": "é"}'.encode("latin-1"), "is not UTF-8 text; copy the answers"),
    "empty": (b"", "is empty; find the notebook that you worked in"),
}


def office(kind: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(f"{kind}/document.xml", "<x/>")
    return out.getvalue()


CAUSES |= {
    "Word": (office("word"), "is a Word document; save the notebook itself"),
    "a zip": (office("sub"), "is a zip with another ending; save the notebook itself"),
}


@pytest.mark.parametrize("name", CAUSES)
def test_what_jupyter_does_not_open_has_advice_of_its_own(name):
    content, sentence = CAUSES[name]
    problem = notebook_problem("work.ipynb", content)
    assert sentence in problem and fits(problem) and "open it in Jupyter, save it" not in problem


def test_what_jupyter_opens_is_to_be_saved_there():
    for content in (NOTEBOOK.replace(b'"code"', b'"cod"'), NOTEBOOK.replace(b'"1"', b"1")):
        assert notebook_problem("a.ipynb", content).endswith(
            "open it in Jupyter, save it and hand it in again."
        )
