"""Honest work in notebooks of Jupyter, Colab, Kaggle, VS Code, Deepnote loses nothing, and is not accused."""

import nbformat
import pytest
from test_bad_submissions import ALL, RIGHT, Course, points

from utils.grading.notebooks.suspicion import suspicions
from utils.grading.submission import Submission
from utils.grading.worker import end_benches, grade

pytestmark = pytest.mark.slow

# what a cell (or several) does, and what it shows; everything else in the cells runs as well
NOT_RUN = "was not run: programs are not started while grading."
IDIOMS = {
    "an installation": (
        "!pip install -q torchinfo\na1 = 1\nprint(a1)",
        f"!pip install -q torchinfo {NOT_RUN}\n1\n",
    ),
    "by a magic": ("%pip install torchinfo\nprint(2)", f"%pip install torchinfo {NOT_RUN}\n2\n"),
    "by a bare word": ("pip install torchinfo", f"%pip install torchinfo {NOT_RUN}\n"),
    "of other kinds": ("%conda install x\n!apt-get install -y x\n!wget x\n!git clone x\nprint(3)", "\n3\n"),
    "the graphics card": ("!nvidia-smi", f"!nvidia-smi {NOT_RUN}\n"),
    "a list of files": ("!ls -la\nfiles = !ls\nprint(list(files), files.n == '')", "[] True\n"),
    "a command in a block": ("if True:\n    !pip install x\n    got = !ls\n    print(4)", "\n4\n"),
    "an exit code": ("!ls\nprint(_exit_code)", "127\n"),
    "a new folder": ("!mkdir -p made/inner\nopen('made/inner/x', 'w').close()", ""),
    "a cell of commands": (["%%bash --out listed\nls", "print(repr(listed))"], "''\n"),
    "a cell of another language": ("%%perl\nprint 1", f"%%perl {NOT_RUN}\n"),
    "a quiet cell": (
        ["%%capture said\n!pip install x\nprint(5)", "said.show()"],
        f"!pip install x {NOT_RUN}\n5\n",
    ),
    "a module": (
        ["%%writefile my_utils.py\ndef f():\n    return 6", "import my_utils\nprint(my_utils.f())"],
        "6\n",
    ),
    "a module again": ("import importlib\nimportlib.reload(my_utils)\nprint(my_utils.f())", "6\n"),
    "a program": (["%%writefile prog.py\nprint(7)", "%run prog.py"], "7\n"),
    "modules that change": ("%load_ext autoreload\n%autoreload 2", ""),
    "times": (["%%time\nz = 1", "%time w = z\n%timeit -n1 -r1 w", "%%timeit -n1 -r1\nz"], ""),
    "figures": ("%matplotlib inline\n%config InlineBackend.figure_format = 'retina'", ""),
    "the environment": ("%env FOO=bar\n%env FOO\n%set_env BAR foo", ""),
    "names": ("%who\n%whos\n%precision 3\n%pprint\n%xmode Plain", ""),
    "folders": ("%cd /content\n%pwd\n%cd", ""),
    "kept values": ("%store z\n%store -r z", ""),
    "windows": ("%clear\n%connect_info\n%edit\n%debug", ""),
    "a word": (["ls", "pwd"], NOT_RUN),
    "ending": ("quit()\nprint(8)", "8\n"),
    "pages": (["%%html\n<b>x</b>", "%%javascript\nalert(1)", "%%latex\n$x$", "%%markdown\n# x"], ""),
    "displays": (
        "from IPython.display import HTML, clear_output\ndisplay(HTML('x'))\nclear_output()\nprint(9)",
        "9\n",
    ),
    "a bar": ("from tqdm.notebook import tqdm\nfor _ in tqdm(range(2)):\n    pass", ""),
    "waiting": ("import asyncio\nawait asyncio.sleep(0.01)\nprint(10)", "10\n"),
    "tasks": (
        "async def g():\n    return 5\nprint(sum(await asyncio.gather(g(), asyncio.to_thread(int, 6))))",
        "11\n",
    ),
    "where it runs": (
        "import sys\nprint('google.colab' in sys.modules, 'colab' in str(get_ipython()))",
        "False False\n",
    ),
    "without Colab": ("try:\n    from google.colab import drive\nexcept ImportError:\n    print(12)", "12\n"),
    "a loader with workers": (
        "from torch.utils.data import DataLoader\n"
        "loader = DataLoader(range(4), 2, num_workers=2, prefetch_factor=4, persistent_workers=True)\n"
        "print(len(list(loader)))",
        "2\n",
    ),
    "Kaggle": (
        "import numpy as np # linear algebra\nimport os\n"
        "for dirname, _, filenames in os.walk('/kaggle/input'):\n    for filename in filenames:\n"
        "        print(os.path.join(dirname, filename))",
        "",
    ),
    "memory": ("import gc\ngc.collect()\ntorch.cuda.empty_cache()", ""),
    "versions": ("from importlib.metadata import version\nprint(version('torch') > '')", "True\n"),
    "settings": ("import matplotlib as mpl\nmpl.rcParams.x = 1\nimport sys\nsys.tracebacklimit = 5", ""),
    "data": ("import os\nos.listdir()\nDATA = 'data/processed/x.csv'", ""),
    "other figures": (
        [
            "%matplotlib widget\n%matplotlib notebook\n%matplotlib qt\n%pylab inline\nprint(13)",
            "%matplotlib --list",
        ],
        "13\n",
    ),
    "what is not installed here": (
        "%load_ext tensorboard\n%tensorboard --logdir runs\n%load_ext cudf.pandas\n%reload_ext nb_black",
        "%tensorboard does nothing while grading: there is no such magic here.\n",
    ),
    "a cell's magic of theirs": ("%%black\nx = 1", "%%black"),
    "the event loop": ("import asyncio\nloop = asyncio.get_event_loop()\nprint(loop.is_closed())", "False\n"),
    "an own check": ("assert abs(1.28403 - 1.28403) < 1e-3", ""),
}
DEEPNOTE = (
    "<a style='text-decoration:none;' href='https://deepnote.com?utm_source=created-in-deepnote-cell'>"
    "Created in <span style='font-weight:600;'>Deepnote</span></a>"
)


def cells_of(name: str) -> list[str]:
    cells = IDIOMS[name][0]
    return [cells] if isinstance(cells, str) else cells


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    yield Course(tmp_path_factory.mktemp("honest"))
    end_benches()


def before_three(course, sources: list[str], **answers: str) -> nbformat.NotebookNode:
    """The right answers, with cells of the student's own before the third task."""
    notebook = course.filled(**answers)
    named = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    notebook.cells[named.index("three") : named.index("three")] = map(nbformat.v4.new_code_cell, sources)
    return notebook


@pytest.fixture(scope="module")
def graded(course):
    """The result of one notebook with all idioms, and what each one's cells showed."""
    sources = [source for name in IDIOMS for source in cells_of(name)]
    notebook = before_three(course, sources)
    notebook.cells.append(nbformat.v4.new_markdown_cell(DEEPNOTE))
    done = grade(course.release, Submission("student", {"bad.ipynb": nbformat.writes(notebook).encode()}))
    ran = nbformat.reads(done.notebook, as_version=4)
    first = next(n for n, cell in enumerate(ran.cells) if cell.source == sources[0])
    outputs, at = {}, first
    for name in IDIOMS:
        outputs[name] = [
            output for cell in ran.cells[at : at + len(cells_of(name))] for output in cell.outputs
        ]
        at += len(cells_of(name))
    return done.result, outputs


@pytest.mark.parametrize("name", IDIOMS)
def test_what_notebooks_do_runs_or_says_why_not(graded, name):
    _, outputs = graded
    errors = [f"{o.ename}: {o.evalue}" for o in outputs[name] if o.output_type == "error"]
    assert errors == []
    assert IDIOMS[name][1] in "".join(o.text for o in outputs[name] if o.get("name") == "stdout")


def test_they_cost_nothing_and_are_no_suspicion(graded):
    result, _ = graded
    assert points(result) == ALL
    assert result.notes == []


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import gc\nfound = gc.get_objects()", "searches the objects"),
        ("import gc\nlook = getattr(gc, 'get_' + 'objects')", "searches the objects"),
        ("from gc import get_referents", "searches the objects"),
        ("import os\nfor x in os.walk('/kaggle/../root'): pass", "looks through folders"),
        ("import os\nos.listdir('/')", "looks through folders"),
        ("import os\nROOT = '/'\nos.walk(ROOT)", "looks through folders"),
        ("import sys\nsys.modules['utils.checks'] = 1", "looks into other modules"),
        ("import importlib\nimportlib.reload(torch)", "loads a module again"),
        ("import importlib\nimportlib.import_module('x')", "imports by name"),
        ("import torch\ntorch.tanh = 1", "in the place of a part of torch"),
        ("open('/proc/self/maps')", "names a path such as '/proc'"),
        ("get_ipython().run_cell('1')", "changes how cells are run"),
    ],
)
def test_what_looks_like_them_is_still_noted(source, told):
    (sentence, *_) = suspicions({7: source})
    assert told in sentence and "(cell 7, line " in sentence


STOPPED = "ratio = 1 / 0\n\ndef helper(x):\n    return x + 3"


@pytest.mark.parametrize("where", ["in the answer", "in a call"])
def test_a_name_that_an_earlier_cell_would_have_defined_names_that_cell(course, where):
    answer = "three = helper" if where == "in the answer" else "def three(x):\n    return helper(x)"
    result = course.grade(before_three(course, ["# a note", STOPPED], three=answer))
    assert points(result) == ALL | {"three": 0}
    (failure,) = result.failures.values()
    number = 1 + next(n for n, c in enumerate(course.notebook.cells) if "def three" in c.source) + 1
    assert failure.endswith(
        f"NameError: name 'helper' is not defined: helper is defined in cell {number} (it begins with "
        "'ratio = 1 / 0'), which stopped: ZeroDivisionError: division by zero"
        + "."
        * (where == "in the answer")
    )


def test_cells_are_counted_as_they_stand_in_the_students_notebook(course):
    notebook = before_three(course, ["import os\nos.listdir('/')", "while True:\n    pass"])
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell("My work"))
    del notebook.cells[2]  # a cell of the instructor's, which is put back
    number = next(n for n, cell in enumerate(notebook.cells, 1) if "listdir" in cell.source)
    notes = " ".join(course.grade(notebook).notes)
    assert f"(cell {number}, line 2)" in notes and f"cell {number + 1} took more than" in notes


def test_an_answer_that_was_merged_into_a_locked_cell_is_shown(course):
    notebook = course.filled(three="")
    test = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "three-values")
    test.source = f"{RIGHT['three']}\n\n{test.source}"
    result = course.grade(notebook)
    assert result.written_over == {"three-values": RIGHT["three"]}
    assert result.notes[-1] == (
        "In three-values, which is locked, the student had written 'def three(x):' and 1 more line; "
        "`course report` shows it."
    )
    from utils.grading.reports.class_report import report_page

    assert f"<pre>{RIGHT['three']}</pre>" in report_page("01-bad", [result])


def test_right_answers_are_as_right(course):
    assert points(course.grade(course.filled(three=RIGHT["three"]))) == ALL
