"""Whatever the tests of an assignment need works between two processes as it does in one."""

import contextlib
import io
from pathlib import Path

import nbformat
import pytest

from utils.authoring.release import Assignment, source_notebook
from utils.grading.answer_key import Release, read_release
from utils.grading.submission import Submission
from utils.grading.worker import end_benches, grade

pytestmark = pytest.mark.slow

WRONG = {
    "gradient-first": "def weigh(x, W):\n    return torch.tanh(x @ W.detach())",
    "gradient-second": "def weigh(x, W):\n    return torch.tanh(x @ W) + (x @ W).detach()",
    "gradient-carried": (
        "class Counter:\n    state = None\n    def step(self, x, W):\n"
        "        h = (x @ W if self.state is None"
        " else torch.tanh(x @ W + self.state.detach()))\n        self.state = h\n        return h"
    ),
    "model-parameters": (
        "class Net(nn.Module):\n    def __init__(self, i, h):\n        super().__init__()\n"
        "        self.rnn = nn.RNN(i, h, batch_first=True)\n        self.scale = torch.ones(h)\n"
        "    def forward(self, x):\n        return self.rnn(x)[0] * self.scale"
    ),
    "model-by_value": "def start_with_identity(rnn):\n    rnn.weight_hh_l0.data += 1",
    "model-training": "def train(model, optimizer, batches):\n    return [0.0 for x, y in batches]",
    "plain-in_place": "def change(numbers, table, x, array):\n    return x.clone()",
    "plain-kinds": "def shapes():\n    return {}",
    "plain-errors": "def fails(kind):\n    raise TypeError('a reason')",
    "random-seeds": "def draw(shape, generator=None):\n    return torch.zeros(shape)",
    "lent-functions": "def apply(function, x):\n    return function(x).detach() * 2",
    "lent-objects": "def figure(values):\n    return plt.subplots()[1]",
    "steps-by_hand": (
        "def steps(x, W):\n    rnn = nn.RNN(4, 4, batch_first=True, bias=False)\n"
        "    rnn.weight_ih_l0.data = torch.eye(4)\n    rnn.weight_hh_l0.data = W\n    return rnn(x)[1][0]"
    ),
}


@pytest.fixture(scope="module")
def notebook(tmp_path_factory) -> nbformat.NotebookNode:
    folder = tmp_path_factory.mktemp("01-crossing")
    (folder / "crossing.py").write_text((Path(__file__).parent / "probe" / "crossing.py").read_text())
    return source_notebook(Assignment(folder))


@pytest.fixture(scope="module")
def release(notebook, tmp_path_factory) -> Release:
    folder = tmp_path_factory.mktemp("source") / "01-crossing"
    folder.mkdir()
    nbformat.write(notebook, folder / "crossing.ipynb")
    yield read_release(folder, timeout=60)
    end_benches()


def hand_in(notebook, extra: dict[str, str]) -> Submission:
    """The solution, with more code at the end of some task cells."""
    copy = nbformat.from_dict(notebook)
    for cell in copy.cells:
        task = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = "\n".join(line for line in cell.source.splitlines() if "### " not in line)
        if task in extra:
            cell.source += "\n\n" + extra[task]
    return Submission("somebody", {"crossing.ipynb": nbformat.writes(copy).encode()})


def test_the_solution_passes_every_test_between_two_processes(notebook, release):
    result = grade(release, hand_in(notebook, {})).result
    assert (result.status, result.failures, result.notes) == ("graded", {}, [])
    assert result.score == result.max_score == len(WRONG)


def test_the_same_cells_pass_in_one_process(notebook):
    namespace: dict = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in notebook.cells:
            if cell.cell_type == "code":
                exec(cell.source, namespace)


@pytest.mark.parametrize("test", WRONG)
def test_a_wrong_answer_fails_its_test_and_no_other_task(test, notebook, release):
    task = test.partition("-")[0]
    result = grade(release, hand_in(notebook, {task: WRONG[test]})).result
    lost = {name for name, (got, possible) in result.scores.items() if got < possible}
    assert test in lost
    assert all(name.startswith(f"{task}-") for name in lost)


def test_what_a_student_prints_in_a_call_is_in_the_output_of_the_test(notebook, release):
    graded = grade(release, hand_in(notebook, {}))
    cells = nbformat.reads(graded.notebook, as_version=4).cells
    (cell,) = [c for c in cells if c.metadata.get("nbgrader", {}).get("grade_id") == "plain-errors"]
    assert "said so" in cell.outputs[0].text
    assert all(output.get("name") != "stderr" for output in cell.outputs)
