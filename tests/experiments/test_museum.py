"""The museum's programs do what its page says: one line each, the direction of its cost, who catches it."""

import ast
import json
import math
from functools import cache
from pathlib import Path

import jupytext
import pytest
import torch
from torch import nn

from experiments.museum import RIGHT, ROOMS, curve, program, run
from experiments.museum.__main__ import SEEDS, TO
from experiments.museum.bugs import BUGS
from utils import checks
from utils.authoring.variant_files import read_variant, without_marks

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@cache
def prepared(room):
    right = program(room)
    return right.prepare(right.SIZES["tiny"][0])


@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_changes_one_line(bug):
    room = BUGS[bug].room
    program(room, bug)
    text = (ROOT / "experiments" / "museum" / f"{room}.py").read_text(encoding="utf-8")
    assert text.count(BUGS[bug].right) == 1 and BUGS[bug].wrong not in text.splitlines()


def test_a_line_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setitem(BUGS, "gone", BUGS["no mask"]._replace(right="no such line"))
    with pytest.raises(ValueError, match=r"translation\.py has the line 'no such line' 0 times, not once"):
        program("translation", "gone")


def test_a_curve_is_the_means_of_its_pieces():
    assert curve([1.0, 3.0]) == [1, 3]
    assert curve([float(n) for n in range(48)]) == [2 * n + 0.5 for n in range(24)]


@pytest.mark.parametrize("room", ROOMS)
def test_a_run_of_the_right_program_is_told_what_is_true(room):
    found = run(room, RIGHT, 0, "tiny")
    assert found["told"] == found["true"] and 0 <= found["told"]["score"] <= 100
    assert found["loss"][-1] < found["loss"][0] + 0.1


# directions that are certain


def test_reading_the_padding_makes_an_answer_depend_on_its_company():
    data, index = prepared("messages")
    for bug, depends in ((RIGHT, False), ("padding read", True)):
        room = program("messages", bug)
        torch.manual_seed(0)
        model = room.Filter(len(index) + 2).eval()
        items = sorted(data["test"], key=lambda item: len(item[0]))[:: len(data["test"]) - 1]
        company = model(*room.collate(items, index)[:2])[0]
        alone = model(*room.collate(items[:1], index)[:2])[0]
        assert torch.isclose(company, alone) != depends


def test_dropout_that_is_left_on_answers_differently_each_time():
    data, index = prepared("messages")
    for bug, differs in ((RIGHT, False), ("dropout left on", True)):
        room = program("messages", bug)
        torch.manual_seed(0)
        model = room.Filter(len(index) + 2)
        said = {room.accuracy(model, (data, index), "train") for _ in range(5)}
        assert (len(said) > 1) == differs


def test_two_sigmoids_call_everything_spam():
    data, index = prepared("messages")
    room = program("messages", "sigmoid twice")
    spam = sum(label for _, label in data["test"]) / len(data["test"])
    model = room.Filter(len(index) + 2)
    assert room.evaluate(model, (data, index))["score"] == pytest.approx(100 * spam)


def test_a_leaked_vocabulary_knows_more_test_words():
    known = {bug: program("messages", bug).prepare((300, 500))[1] for bug in (RIGHT, "test words known")}
    assert len(known["test words known"]) > len(known[RIGHT])


def test_a_class_that_is_ignored_is_never_said():
    items, letters, languages = prepared("names")
    room = program("names", "class 0 ignored")
    model, _ = room.train((items, letters, languages), 0, 3)
    tokens, lengths, labels = room.collate(items["test"])
    assert (labels == 0).any() and not (model(tokens, lengths)[0].argmax(dim=1) == 0).any()


def test_axes_exchanged_let_a_name_read_the_names_before_it():
    items, letters, languages = prepared("names")
    for bug, reads in ((RIGHT, False), ("axes exchanged", True)):
        room = program("names", bug)
        torch.manual_seed(0)
        model = room.Reader(letters, languages)
        tokens, lengths, _ = room.collate(items["test"][:8])
        changed = tokens.clone()
        changed[0] = 1
        assert torch.allclose(model(tokens, lengths)[0][1], model(changed, lengths)[0][1]) != reads


def test_what_is_summed_is_the_batch_times_the_mean():
    losses = {}
    for bug in (RIGHT, "loss summed"):
        room = program("names", bug)
        _, losses[bug] = room.train(prepared("names"), 0, 1)
    assert losses["loss summed"][0] == pytest.approx(room.BATCH * losses[RIGHT][0], rel=1e-5)


class Stub(nn.Module):
    """A translator that knows the true words when it is forced, and otherwise leaves the last one out."""

    def __init__(self, writes, words):
        super().__init__()
        self.writes, self.words = writes, words

    def forward(self, source, lengths, reads):
        return 50 * nn.functional.one_hot(self.writes, self.words).float()

    def greedy(self, source, lengths):
        room = program("translation")
        ends = (self.writes == room.EOS).int().argmax(dim=1, keepdim=True)
        return self.writes.scatter(1, ends - 1, room.EOS)


def test_teacher_forcing_and_exchanged_arguments_flatter_what_stops_too_early():
    items, _, english, french = prepared("translation")
    items = {"test": items["train"][:20]}  # whose words are known
    writes = program("translation").collate(items["test"])[3]
    references = [program("translation").text(row, french) for row in writes]
    told = {}
    for bug in (RIGHT, "teacher forced in the test", "BLEU exchanged"):
        room, model = program("translation", bug), Stub(writes, len(french))
        told[bug] = room.evaluate(model, (items, references, english, french))["score"]
    words = [len(text.split()) for text in references]
    short = sum(words) - len(words)  # its precision is 1: what is left is the penalty of too few words
    assert told[RIGHT] == pytest.approx(100 * math.exp(1 - sum(words) / short))
    assert told["teacher forced in the test"] == pytest.approx(100)
    precisions = [sum(max(n - 1 - k, 0) for n in words) / sum(max(n - k, 0) for n in words) for k in range(4)]
    assert told["BLEU exchanged"] == pytest.approx(100 * math.prod(precisions) ** 0.25)


def test_a_target_that_is_not_shifted_is_easy_to_repeat_and_teaches_nothing():
    found = {bug: run("translation", bug, 0, "tiny") for bug in (RIGHT, "target not shifted")}
    assert found["target not shifted"]["loss"][-1] < found[RIGHT]["loss"][-1]
    assert found["target not shifted"]["told"]["perplexity"] > found[RIGHT]["told"]["perplexity"]


def test_without_a_mask_a_translation_depends_on_its_company():
    items, _, english, french = prepared("translation")
    for bug, depends in ((RIGHT, False), ("no mask", True), ("encoder reads padding", True)):
        room = program("translation", bug)
        torch.manual_seed(0)
        model = room.Translator(len(english), len(french))
        pairs = sorted(items["test"], key=lambda pair: len(pair[0]))[:: len(items["test"]) - 1]
        reads = torch.full((2, 1), room.BOS)
        source, lengths, *_ = room.collate(pairs)
        company = model(source, lengths, reads)[0]
        alone = model(source[:1, : lengths[0]], lengths[:1], reads[:1])[0]
        assert torch.allclose(company, alone, atol=1e-6) != depends


# what was measured, and what the page shows


def test_the_committed_file_has_every_run_and_the_page_every_bug():
    runs = json.loads((ROOT / TO).read_text(encoding="utf-8"))["runs"]
    wanted = [(room, RIGHT) for room in ROOMS] + [(BUGS[bug].room, bug) for bug in BUGS]
    assert set(runs) == {f"{room}, {bug}, {seed}" for room, bug in wanted for seed in SEEDS}
    page = (ROOT / TO).with_suffix(".md").read_text(encoding="utf-8")
    for bug in BUGS.values():
        where = bug.test.split("::")[-1].split(": ")[-1]
        assert all(text in page for text in (f"- {bug.right}", f"+ {bug.wrong}", f"`{where}`"))


# who catches it


@cache
def cells(chapter):
    (source,) = (ROOT / "solutions" / chapter).glob("*.py")
    return jupytext.read(source, fmt="py:percent").cells


def catches(chapter, test, answers):
    """Whether the test cell ``task-checks`` refuses the solution with ``answers`` in place of its own."""
    task, checks = test.split("-")
    names, refused = {"__name__": "a notebook"}, None
    for cell in cells(chapter):
        about = cell.metadata
        if "given" in about or "task" in about:
            exec(answers.get(about.get("task"), without_marks(cell.source)), names)
        elif about.get("test") == task:
            refused = None
            try:
                exec(cell.source, names)
            except Exception as error:  # as nbgrader does, whatever it is
                refused = error
            if about["checks"] == checks:
                return refused is not None
    raise AssertionError(f"{chapter} has no test cell {test}")


@pytest.mark.parametrize("bug", [bug for bug in BUGS if BUGS[bug].variant])
def test_the_named_cell_of_an_assignment_catches_it(bug, monkeypatch):
    monkeypatch.setattr(checks, "fresh_generator", lambda: torch.Generator().manual_seed(0))
    chapter, test = BUGS[bug].test.split(": ")
    variant = read_variant(ROOT / "solutions" / chapter / "wrong" / f"{BUGS[bug].variant}.py")
    assert not catches(chapter, test, {})
    assert catches(chapter, test, variant.answers)


@pytest.mark.parametrize("bug", [bug for bug in BUGS if not BUGS[bug].variant])
def test_the_named_test_is_there(bug):
    path, name = BUGS[bug].test.split("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
