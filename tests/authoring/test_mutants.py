"""Mutants: each operator by hand on a line of code, what is skipped, what the list of equivalents says."""

import json
import random
import shutil
from pathlib import Path

import pytest

from utils.authoring import mutants
from utils.authoring.release import Assignment, find_assignments, release
from utils.common.errors import UserError
from utils.grading.result import Result

ROOT = Path(__file__).parents[2]
SAMPLE = 40  # mutants of an assignment


def by(operator: str, code: str) -> list[str]:
    """The texts that one operator makes of ``code``."""
    return [mutant.code for mutant in mutants.mutate("task", code) if mutant.operator == operator]


@pytest.mark.parametrize(
    ("operator", "code", "expected"),
    [
        ("drop-term", "a + b", ["a", "b"]),
        ("drop-term", "a - b", ["a", "-b"]),
        ("drop-term", "x @ W + b", ["x @ W", "b"]),
        ("drop-term", "a + b + c", ["a + b", "c", "a + c", "b + c"]),
        ("drop-term", "torch.add(a, b)", ["a", "b"]),
        ("drop-term", "a.add(b)", ["a", "b"]),
        ("drop-term", "torch.addmm(b, x, W)", ["b", "x @ W"]),
        ("drop-factor", "f * c", ["f", "c"]),
        ("drop-factor", "a / n", ["a"]),
        ("drop-factor", "torch.mul(f, c)", ["f", "c"]),
        ("drop-argument", "f(a, keepdim=True)", ["f(a)"]),
        ("drop-argument", "f(b=1, c=2)", ["f(c=2)", "f(b=1)"]),
        ("drop-argument", "torch.zeros(n, dtype=d, device=e)", []),
        ("drop-argument", "f(**options)", []),
        ("swap", "f(a, b)", ["f(b, a)"]),
        ("swap", "f(a, b, c)", ["f(b, a, c)", "f(a, c, b)"]),
        ("swap", "a @ b", ["b @ a"]),
        ("swap", "a - b", ["b - a"]),
        ("swap", "a / b", ["b / a"]),
        ("swap", "a ** b", ["b ** a"]),
        ("swap", "a + b * c", []),
        ("swap", "torch.maximum(a, b)", []),
        ("swap", "x.transpose(a, b)", []),
        ("swap", "f(*sizes, a)", []),
        ("swap", "def f():\n    return a, b", ["def f():\n    return (b, a)"]),
        ("sign", "a + b", ["a - b"]),
        ("sign", "a - b + c", ["a - b - c", "a + b + c"]),
        ("sign", "-a", ["a"]),
        ("sign", "(-1) ** n + a", ["1 ** n + a", "(-1) ** n - a"]),
        ("sign", "[1.0, -2.0]", ["[1.0, 2.0]"]),
        ("sign", "a += b", ["a -= b"]),
        ("sign", "a -= b", ["a += b"]),
        ("wrong-axis", "x.sum(0)", ["x.sum(1)"]),
        ("wrong-axis", "x.mean(dim=1)", ["x.mean(dim=0)"]),
        ("wrong-axis", "x.softmax(-1)", ["x.softmax(-2)"]),
        ("wrong-axis", "torch.softmax(x, dim=-2)", ["torch.softmax(x, dim=-1)"]),
        ("wrong-axis", "torch.cat(xs, 2)", ["torch.cat(xs, 1)"]),
        ("wrong-axis", "torch.stack(xs, 1)", ["torch.stack(xs, 0)"]),
        ("wrong-axis", "np.argmax(x, axis=0)", ["np.argmax(x, axis=1)"]),
        ("wrong-axis", "x.sum((0, 2))", ["x.sum((1, 2))", "x.sum((0, 1))"]),
        ("wrong-axis", "torch.zeros(2, 1)", []),
        ("off-by-one", "n = 3", ["n = 4", "n = 2"]),
        ("off-by-one", "x[-1]", ["x[0]", "x[-2]"]),
        ("off-by-one", "f(0.5, True, 'a')", []),
        ("off-by-one", "range(n)", ["range(n + 1)", "range(n - 1)", "range(1, n)"]),
        (
            "off-by-one",
            "range(a, b)",
            ["range(a + 1, b)", "range(a - 1, b)", "range(a, b + 1)", "range(a, b - 1)"],
        ),
        ("off-by-one", "x[a:]", ["x[a:-1]", "x[a + 1:]", "x[a - 1:]"]),
        ("off-by-one", "x[:a]", ["x[1:a]", "x[:a + 1]", "x[:a - 1]"]),
        ("off-by-one", "x[:, t]", ["x[:, t + 1]", "x[:, t - 1]"]),
        ("off-by-one", "x[a:n + 2]", ["x[a + 1:n + 2]", "x[a - 1:n + 2]", "x[a:n + 3]", "x[a:n + 1]"]),
        ("off-by-one", "x[mask]", []),
        ("transpose", "W.T", ["W"]),
        ("transpose", "x.transpose(0, 1)", ["x"]),
        ("transpose", "torch.transpose(x, 0, 1)", ["x"]),
        ("transpose", "x.permute(1, 0, 2)", ["x"]),
        ("transpose", "a @ b", ["a.T @ b", "a @ b.T"]),
        ("transpose", "a @ b.T", ["a.T @ b.T", "a @ b"]),
        ("transpose", "torch.matmul(a, b)", ["torch.matmul(a.T, b)", "torch.matmul(a, b.T)"]),
        ("transpose", "F.linear(x, W, b)", ["F.linear(x.T, W, b)", "F.linear(x, W.T, b)"]),
        ("transpose", "self.linear(x)", []),
        ("missing", "h = h.detach()", ["h = h"]),
        ("missing", "x.clone().zero_()", ["x.zero_()"]),
        ("missing", "with torch.no_grad():\n    f()", ["if True:\n    f()"]),
        ("missing", "with a, torch.no_grad():\n    f()", ["with a:\n    f()"]),
        ("missing", "@torch.no_grad()\ndef f():\n    pass", ["def f():\n    pass"]),
        ("missing", "optimizer.zero_grad()", ["pass"]),
        ("activation", "torch.tanh(a)", ["torch.sigmoid(a)", "torch.relu(a)", "a"]),
        ("activation", "a.sigmoid()", ["a.tanh()", "a.relu()", "a"]),
        ("activation", "F.relu(a)", ["F.tanh(a)", "F.sigmoid(a)", "a"]),
        ("activation", "nn.Tanh()", ["nn.Sigmoid()", "nn.ReLU()", "nn.Identity()"]),
        ("activation", "a.softmax(axis)", ["a.log_softmax(axis)", "a"]),
        ("comparison", "a < b", ["a <= b"]),
        ("comparison", "a >= b", ["a > b"]),
        ("comparison", "a == b", ["a != b"]),
        ("comparison", "a is None", ["a is not None"]),
        ("comparison", "a < b < c", ["a <= b < c", "a < b <= c"]),
        ("comparison", "a if c else b", ["a", "b"]),
        ("drop-statement", "w.copy_(v)", ["pass"]),
        ("drop-statement", "a += b", ["pass"]),
        ("drop-statement", "x[i] = a", ["pass"]),
        ("drop-statement", "self.x = a", ["pass"]),
        ("drop-statement", "x = a", []),
    ],
)
def test_an_operator_makes_these_mistakes(operator, code, expected):
    assert sorted(by(operator, code)) == sorted(expected)


def test_every_operator_is_tested_above():
    rows = test_an_operator_makes_these_mistakes.pytestmark[0].args[1]
    assert {operator for operator, _, _ in rows} == set(mutants.OPERATORS)


NEURON = '''def neuron(x: Tensor, W: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """One neuron - and 2 outputs."""
    if W is None:
        raise ValueError("at least 1 " + "weight" + f"{x[0]}")
    # the sum
    return torch.tanh(x @ W)
'''


def test_one_thing_changes_and_the_rest_stays():
    found = mutants.mutate("neuron", NEURON)
    assert [(mutant.name, mutant.change) for mutant in found] == [
        ("neuron:swap:L6", "return torch.tanh(x @ W) → return torch.tanh(W @ x)"),
        ("neuron:transpose:L6", "return torch.tanh(x @ W) → return torch.tanh(x.T @ W)"),
        ("neuron:transpose:L6.2", "return torch.tanh(x @ W) → return torch.tanh(x @ W.T)"),
        ("neuron:activation:L6", "return torch.tanh(x @ W) → return torch.sigmoid(x @ W)"),
        ("neuron:activation:L6.2", "return torch.tanh(x @ W) → return torch.relu(x @ W)"),
        ("neuron:activation:L6.3", "return torch.tanh(x @ W) → return x @ W"),
        ("neuron:comparison:L3", "if W is None: → if W is not None:"),
    ]
    assert found == mutants.mutate("neuron", NEURON)


def test_two_mutants_never_have_the_same_text_and_none_is_the_solution():
    code = "optimizer.zero_grad()\nx = x.sum(1) + x.sum(1)\nf(a, a)\n"
    texts = [mutant.code for mutant in mutants.mutate("task", code)]
    assert len(texts) == len(set(texts))
    assert "optimizer.zero_grad()\nx = x.sum(1) + x.sum(1)\nf(a, a)" not in texts
    # x.sum(0) is made by the axis and by the 1 becoming 0; the first operator keeps it
    assert texts.count("optimizer.zero_grad()\nx = x.sum(0) + x.sum(1)\nf(a, a)") == 1


def test_what_is_no_python_is_skipped():
    assert by("off-by-one", "1 .real") == ["2 .real", "0 .real"]
    assert by("comparison", "f(x=(a if c else b))") == ["f(x=a)", "f(x=b)"]
    assert by("transpose", "del W.T") == ["del W"]
    assert by("transpose", "f().T = a") == []  # f() = a


FULL, LOST = {"a-one": (2.0, 2.0)}, {"a-one": (1.0, 2.0)}
PAIR = mutants.mutate("a", "return_ = -x\ny = -x")  # a:sign:L1 and a:sign:L2


def graded(first: dict, second: dict, solution: dict = FULL) -> dict[str, Result]:
    names = ("solution", *(mutant.name for mutant in PAIR))
    scores = (solution, first, second)
    return {name: Result(name, "graded", s) for name, s in zip(names, scores, strict=True)}


def entry(mutant: mutants.Mutant) -> dict[str, str]:
    return {"change": mutant.change, "why": "x is 0."}


@pytest.mark.parametrize(
    ("results", "equivalent", "sentences"),
    [
        (graded(LOST, LOST), {}, []),
        (graded(LOST, FULL), {}, ["a:sign:L2 keeps all points: y = -x → y = x", "1 of 2 mutants lose"]),
        (graded(LOST, FULL), {"a:sign:L2": entry(PAIR[1])}, ["1 of 2 mutants lose points; 95% should"]),
        (graded(LOST, LOST), {"a:sign:L2": entry(PAIR[1])}, ["a:sign:L2 is listed as equivalent, but loses"]),
        (graded(LOST, LOST), {"a:sign:L2": entry(PAIR[1]) | {"may": "lose"}}, []),
        (graded(LOST, LOST), {"a:sign:L9": entry(PAIR[1])}, ["there is no such mutant"]),
        (graded(FULL, LOST), {"a:sign:L1": entry(PAIR[1])}, ["for y = -x → y = x, but it is", "1 of 2"]),
        (graded(LOST, LOST, solution=LOST), {}, ["the solution itself loses points"]),
    ],
)
def test_complaints_name_survivors_and_wrong_entries(results, equivalent, sentences):
    assert [mutant.name for mutant in PAIR] == ["a:sign:L1", "a:sign:L2"]
    found = mutants.complaints(PAIR, equivalent, results)
    assert len(found) == len(sentences)
    assert all(sentence in text for sentence, text in zip(sentences, found, strict=True))


def test_what_could_not_be_graded_did_not_keep_its_points():
    assert not mutants.survives(Result("a", "broken"))
    assert mutants.survives(Result("a", "graded", FULL))


def test_the_table_counts_by_operator_and_gives_reasons():
    text = mutants.table(PAIR, {"a:sign:L2": entry(PAIR[1])}, graded(LOST, FULL))
    lines = [line.split() for line in text.splitlines()]
    assert ["sign", "1", "2"] in lines
    assert ["all", "1", "2", "50.0%"] in lines
    assert ["not", "equivalent", "1", "1", "100.0%"] in lines
    assert text.endswith("a:sign:L2 keeps all points: y = -x → y = x\n    x is 0.")


def test_an_entry_without_a_reason_is_refused(tmp_path):
    (tmp_path / "equivalent.json").write_text(json.dumps({"a:sign:L1": {"change": "…", "why": " "}}))
    with pytest.raises(UserError, match="a:sign:L1 needs `change` and `why`"):
        mutants.read_equivalent(Assignment(tmp_path))
    (tmp_path / "equivalent.json").unlink()
    assert mutants.read_equivalent(Assignment(tmp_path)) == {}


@pytest.mark.parametrize("assignment", find_assignments(ROOT), ids=lambda assignment: assignment.name)
def test_every_entry_names_a_mutant_that_exists(assignment):
    changes = {mutant.name: mutant.change for mutant in mutants.read_mutants(assignment)}
    listed = mutants.read_equivalent(assignment)
    assert {name: changes.get(name) for name in listed} == {name: e["change"] for name, e in listed.items()}


@pytest.mark.slow
@pytest.mark.parametrize("assignment", find_assignments(ROOT), ids=lambda assignment: assignment.name)
def test_mutants_of_an_assignment_lose_marks(assignment, tmp_path, record_property):
    # a sample, which is the same in each run; `make mutants` grades them all
    every = mutants.read_mutants(assignment)
    made = random.Random(6).sample(every, SAMPLE)
    names = {mutant.name for mutant in made}
    equivalent = {n: entry for n, entry in mutants.read_equivalent(assignment).items() if n in names}
    shutil.copytree(ROOT / "assignments" / assignment.name, tmp_path / "assignments" / assignment.name)
    release([assignment], tmp_path / "build" / "source", tmp_path / "assignments")
    results = mutants.grade_mutants(  # test_variants grades the solution
        assignment, made, tmp_path, tmp_path / "class", print, solution=False
    )
    record_property("table", mutants.table(made, equivalent, results))
    complaints = mutants.complaints(made, equivalent, results)
    assert [sentence for sentence in complaints if "mutants lose points" not in sentence] == []
