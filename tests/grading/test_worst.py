"""The worst that a notebook can hold: what is done to it is bounded by its size, whatever it is."""

import sys
import types

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from utils.grading import symbols
from utils.grading.notebooks import suspicion
from utils.grading.notebooks.suspicion import suspicions
from utils.grading.reports import similar
from utils.grading.symbols import names, python


@pytest.fixture
def passes(monkeypatch):
    """The lines that each of IPython's passes went through."""
    lines = []
    real = TransformerManager.do_one_token_transform

    def count(self, source):
        lines.append(len(source))
        return real(self, source)

    monkeypatch.setattr(TransformerManager, "do_one_token_transform", count)
    return lines


MAGICS = {
    "before code": "!x\n" * 400 + "a = 1 + 2\n" * 5_000,
    "more than IPython takes": "%x\n" * 5_000 + "a = 1\n",
    "assigned": "a = !x\n" * 5_000,
    "questions": "a?\n" * 5_000 + "a = 1\n",
    "in prompts": ">>> !x\n" * 5_000 + ">>> a = 1\n",
}


@pytest.mark.parametrize("name", MAGICS)
def test_magics_are_read_in_one_pass(name, passes):
    assert names(MAGICS[name]).binds == {"a"}
    assert suspicions({1: MAGICS[name] + "import ctypes\n" * (name != "in prompts")}) == [
        f"The code reaches into memory (cell 1, line {MAGICS[name].count(chr(10)) + 1})."
    ] * (name != "in prompts")
    assert not passes


def test_lines_in_brackets_that_look_like_magics_are_told_apart_as_long_as_it_costs_little(passes):
    formula = "!x\nb = (7\n  % 4)\n"
    assert names(formula).binds == {"b"} and sum(passes) < 20
    passes.clear()
    with pytest.raises(ValueError):
        python(formula * 3_000)
    assert not passes
    (sentence,) = suspicions({1: formula * 3_000})
    assert sentence == "The code is too long to be looked over for attempts on the grading (cell 1)."


def test_code_under_a_magic_that_times_it_is_code():
    source = "%%time\nimport ctypes\ndef three(x):\n    return 3"
    assert names(source).binds == {"ctypes", "three"}
    assert suspicions({1: source}) == ["The code reaches into memory (cell 1, line 1)."]


def test_a_cell_of_a_megabyte_is_not_parsed_and_the_others_are(monkeypatch):
    parsed = []
    real = symbols.ast.parse
    ast = types.SimpleNamespace(
        **{**vars(symbols.ast), "parse": lambda source: parsed.append(len(source)) or real(source)}
    )
    monkeypatch.setattr(symbols, "ast", ast)
    monkeypatch.setattr(suspicion, "ast", ast)
    symbols.compiles.cache_clear()
    for worst in (
        "(" * 10**6,
        "a;" * 500_000,
        "a" + ".a" * 500_000,
        "\n".join(f"a{i} = 1" for i in range(10**5)),
    ):
        told = suspicions({1: "a = 1", 2: worst, 3: "import ctypes"})
        assert told == [
            "The code reaches into memory (cell 3, line 1).",
            "The code is too long to be looked over for attempts on the grading (cell 2).",
        ]
    assert sum(parsed) < 1000


def test_all_cells_together_are_read_up_to_a_bound(monkeypatch):
    monkeypatch.setattr(suspicion, "MOST", 1000)
    told = suspicions(dict.fromkeys(range(1, 7), "a = 1\n" * 40))
    assert told == ["The code is too long to be looked over for attempts on the grading (cell 5, 6)."]


@pytest.mark.parametrize(
    "source", ["a" + ".a" * 900, "-" * 90_000 + "1", "(" * 90_000, "a" + "+a" * 90_000, "%%time\n" * 9_000]
)
@pytest.mark.skipif(sys.version_info < (3, 11), reason="ends Python 3.10, which is why a fork reads it")
def test_deep_code_is_an_ordinary_event(source):
    assert suspicions({1: source}) == [] and names(source).binds == frozenset()


def test_pieces_of_a_page_of_similar_code_are_cut_where_they_change():
    code = "abcdef" * 10_000
    assert similar.marked(code, [[0, 30_000], [10, 60_000]]) == [
        (code[:10], True),
        (code[10:30_000], False),
        (code[30_000:], True),
    ]
    assert similar.marked("", [[], []]) == []
