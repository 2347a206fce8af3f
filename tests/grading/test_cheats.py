"""Cheats get nothing that they did not earn, and the instructor is told; honest work is not accused.

Each file in ``cheats/`` is one student's attack: the answers to some tasks of the probe
(``cheats_probe.py``), of assignment 1, or of the one that its head names (``# of: bptt``). The other tasks
stay empty, so that the points of a cheat are what its file says it may ``keep``, by default none. A file that
says ``not noted`` looks like an honest answer that is wrong.
"""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from utils.authoring import release
from utils.authoring.answers import answer_notebook, solutions
from utils.authoring.variants import submissions
from utils.grading.answer_key import Release, read_release
from utils.grading.result import Result
from utils.grading.submission import Submission
from utils.grading.worker import end_benches, grade

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


# what limits alone do not stop (`COURSE_WALLS=limits python -m pytest tests/grading/test_cheats.py`)
OPEN_WITHOUT_BUBBLEWRAP = {"read_files": 1.0, "read_course_mapped": 5.0, "read_course_history": 5.0}


@dataclass(frozen=True)
class Cheat:
    """One file of ``cheats/``."""

    name: str
    text: str
    keeps: float
    assignment: str
    noted: bool
    answers: dict[str, str]


def read_cheat(path: Path) -> Cheat:
    head, *parts = re.split(r'^# %% task="(\w+)"$', path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    keeps = re.search(r"^# keeps: (\d+)", head, flags=re.MULTILINE)
    answers = dict(zip(parts[::2], (code.strip() for code in parts[1::2]), strict=True))
    first = path.stem.startswith("rnn_") or set(answers) & {"neuron", "pytorch", "forecast", "remainder"}
    attacked = re.search(r"^# of: (\w+)", head, flags=re.MULTILINE)
    assignment = attacked[1] if attacked else "recurrent_neurons" if first else "probe"
    text = head.splitlines()[1].strip("# ")
    noted = "\n# not noted" not in head
    return Cheat(path.stem, text, float(keeps[1]) if keeps else 0.0, assignment, noted, answers)


# a change of the assignment starts other processes, so that each assignment's cheats stand together
CHEATS = sorted(
    map(read_cheat, (HERE / "cheats").glob("*.py")), key=lambda cheat: (cheat.assignment, cheat.name)
)


@dataclass(frozen=True)
class Graders:
    """The assignments to attack, released."""

    assignments: dict[str, release.Assignment]
    releases: dict[str, Release]
    released: Path

    def notebook(self, name: str) -> nbformat.NotebookNode:
        folder = self.released / self.assignments[name].name
        return nbformat.read(folder / f"{name}.ipynb", as_version=4)

    def grade(self, name: str, answers: dict[str, str]) -> Result:
        """The result of the released notebook with these answers."""
        filled = nbformat.writes(answer_notebook(self.notebook(name), answers)).encode()
        return grade(self.releases[name], Submission("student", {f"{name}.ipynb": filled})).result


@pytest.fixture(scope="module")
def graders(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cheats")
    (folder / "solutions" / "02-probe").mkdir(parents=True)
    source = (HERE / "cheats_probe.py").read_text(encoding="utf-8")
    (folder / "solutions" / "02-probe" / "probe.py").write_text(source, encoding="utf-8")
    attacked = {cheat.assignment for cheat in CHEATS}
    ours = [a for a in release.find_assignments(ROOT) if a.notebook in attacked]
    found = {a.notebook: a for a in (*ours, *release.find_assignments(folder))}
    release.release(list(found.values()), folder / "source", folder / "released")
    timeouts = {name: 4.0 if name == "probe" else 30.0 for name in found}
    releases = {name: read_release(folder / "source" / a.name, timeouts[name]) for name, a in found.items()}
    yield Graders(found, releases, folder / "released")
    end_benches()


@pytest.mark.parametrize("cheat", CHEATS, ids=lambda cheat: cheat.name)
def test_a_cheat_gets_nothing_and_is_reported(graders, cheat):
    result = graders.grade(cheat.assignment, cheat.answers)
    assert result.status == "graded", result.problem
    keeps = cheat.keeps
    if result.walls != "bubblewrap":
        keeps = OPEN_WITHOUT_BUBBLEWRAP.get(cheat.name, keeps)
    assert result.score == keeps, (cheat.text, result.scores)
    assert result.notes or not cheat.noted, cheat.text


def test_there_are_many_cheats():
    assert len(CHEATS) >= 40


def test_the_probe_can_be_solved(graders):
    result = graders.grade("probe", solutions(graders.assignments["probe"]))
    assert result.score == result.max_score == 6
    assert result.notes == []


HONEST = {
    "settings": """
import matplotlib.pyplot as plt
import numpy as np

plt.rcParams["figure.figsize"] = (4, 3)
torch.backends.cudnn.benchmark = False
torch.set_printoptions(precision=3)
np.random.seed(0)


def recurrent_neuron(x, y_prev, W_x, W_y, b):
    # y_t for a layer of hidden_size neurons; the history of the series is not needed
    return torch.tanh(x @ W_x + y_prev @ W_y + b)
""",
    "classes": """
from dataclasses import dataclass


@dataclass
class Weights:
    W_x: Tensor
    W_y: Tensor
    b: Tensor

    def __len__(self):
        return len(self.b)

    def __repr__(self):
        return f"Weights of {len(self)} neurons"


class Neuron(nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.weights = weights

    def forward(self, x, y_prev):
        return torch.tanh(x @ self.weights.W_x + y_prev @ self.weights.W_y + self.weights.b)


def recurrent_neuron(x, y_prev, W_x, W_y, b):
    model = Neuron(Weights(W_x, W_y, b))
    model.eval()
    assert len(model.weights) == len(b)
    return model(x, y_prev)
""",
    "imports_what_is_not_there": """
import numpy as np, pandas as pd
import seaborn as sns
sns.set_theme(style="whitegrid")
from tqdm.auto import tqdm, trange
from sklearn.metrics import accuracy_score
from utils import plots
from utils.models import *
import google.colab
from pytorch_lightning import LightningModule


class Unused(LightningModule):
    pass


try:
    import scipy.special as special
except ImportError:
    special = None
try:
    import torchvision
except ModuleNotFoundError as error:
    print(error)


def recurrent_neuron(x, y_prev, W_x, W_y, b):
    assert np.ones(1) == 1
    return torch.tanh(x @ W_x + y_prev @ W_y + b)
""",
    "tries_things_out": """
print("hidden_size and gradebook are only words here, and so is nn.RNN", nn.RNN(3, 2))
%matplotlib inline
import matplotlib.pyplot as plt
figure, axes = plt.subplots()
axes.plot(torch.linspace(0, 1, 5).numpy())
import warnings
warnings.warn("a warning costs nothing")

def recurrent_neuron(x, y_prev, W_x, W_y, b):
    print("called with", x.shape)
    return (torch.addmm(b, x, W_x) + y_prev.mm(W_y)).tanh()
""",
}


@pytest.mark.parametrize("name", HONEST)
def test_unusual_but_honest_work_is_not_accused(graders, name):
    right = solutions(graders.assignments["recurrent_neurons"])
    result = graders.grade("recurrent_neurons", right | {"neuron": HONEST[name].strip()})
    assert (result.score, result.notes) == (20, [])


def test_what_is_not_there_is_said_in_one_sentence(graders):
    right = solutions(graders.assignments["recurrent_neurons"])
    neuron = "import pandas as pd\n\n\ndef recurrent_neuron(*args):\n    return pd.DataFrame(args)"
    layer = "def run_layer(*args):\n    from utils.models import RNN\n\n    return RNN(1, 1)(*args)"
    result = graders.grade("recurrent_neurons", right | {"neuron": neuron, "layer": layer})
    assert result.score == 13
    used = "this assignment uses matplotlib, numpy, torch, utils.checks and Python's standard library."
    for test, name in (("neuron-values", "pandas"), ("layer-values", "utils.models")):
        sentence = f"ModuleNotFoundError: {name} is not there when this assignment is graded: {used}"
        assert result.failures[test] == sentence


def test_a_class_that_only_makes_a_layer_is_that_layer(graders):
    right = solutions(graders.assignments["recurrent_neurons"])
    made = "class MyRNN(nn.RNN):\n    def __init__(self, *sizes):\n"
    made += "        super().__init__(*sizes, batch_first=True)"
    answer = right["pytorch"].replace(
        "nn.RNN(input_size, hidden_size, batch_first=True)", "MyRNN(*W_x.shape)"
    )
    result = graders.grade("recurrent_neurons", right | {"pytorch": f"{made}\n\n\n{answer}"})
    assert (result.score, result.notes) == (20, [])


def test_right_variants_are_not_accused(graders):
    handed_in = submissions(graders.assignments["recurrent_neurons"], graders.released)
    for name, submission in handed_in.items():
        if name == "solution" or name.startswith("right/"):
            result = grade(graders.releases["recurrent_neurons"], submission).result
            assert (result.score, result.notes) == (20, []), name


def test_a_cell_that_fails_never_looks_like_one_that_passed():
    """IPython drops its handler of errors when something goes wrong inside, such as the end of the time."""
    code = """
from utils.grading.processes.shell import Shell

shell = Shell()
for _ in range(2):
    shell.namespace["Stop"] = type("Stop", (Exception,), {"__str__": lambda self: 1 / 0})
    shell.namespace["Late"] = type("Late", (Exception,), {"_render_traceback_": lambda self: exit(3)})
    for name in ("Stop", "Late", "KeyboardInterrupt", "SystemExit"):
        made = shell.run(f"raise {name}")
        assert any(output["output_type"] == "error" for output in made), name
assert shell.run("1 + 1")[0]["output_type"] == "execute_result"
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
