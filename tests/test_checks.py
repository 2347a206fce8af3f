"""What released notebooks call: each mistake gets a sentence that names it, and nothing goes to stderr."""

import sys
import warnings

import numpy as np
import pytest
import torch
from torch import nn

from utils import checks
from utils.common.errors import not_here


def sentence(check, *arguments, **options) -> str:
    """What the check says; it must object."""
    with pytest.raises(AssertionError) as objection:
        check(*arguments, **options)
    return str(objection.value)


def test_call_returns_the_answer_and_keeps_stderr_clean(capsys):
    def noisy(x, scale=1):
        warnings.warn("deprecated", stacklevel=1)
        print("progress 100%", file=sys.stderr)
        return scale * x

    assert checks.call(noisy, 2, scale=3) == 6
    assert capsys.readouterr().err == ""


def test_call_names_a_function_that_is_not_written_or_returns_nothing():
    def unwritten():
        raise NotImplementedError()

    assert "unwritten is not written yet" in sentence(checks.call, unwritten)
    assert "returned None" in sentence(checks.call, lambda: None)


def test_call_lets_other_errors_through():
    with pytest.raises(ZeroDivisionError):
        checks.call(lambda: 1 / 0)


@pytest.mark.parametrize(
    ("got", "expected", "end"),
    [
        ((5, 2, 3), (2, 5, 3), "are the batch axis and the time axis exchanged?"),
        ((3, 2), (2, 3), "are two axes exchanged?"),
        ((2, 3), (2, 5, 3), "is an axis missing?"),
        ((2, 1, 3), (2, 3), "is there an axis of size 1 too many?"),
        ((4,), (9,), "got (4,)."),
    ],
)
def test_shape_guesses_the_reason(got, expected, end):
    said = sentence(checks.shape, "outputs", torch.zeros(got), expected)
    assert said.startswith(f"outputs: expected shape {expected}, got {got}") and said.endswith(end)


def test_shape_takes_a_hint_and_refuses_what_is_no_tensor():
    assert sentence(checks.shape, "y", torch.zeros(1), (2,), "one a row.").endswith(": one a row.")
    assert sentence(checks.shape, "y", [1, 2], (2,)) == "y: expected a torch.Tensor, got list."


def test_close_accepts_any_floating_type_within_tolerance():
    expected = torch.tensor([1.0, 2.0])
    checks.close("y", expected.double() + 5e-6, expected)
    checks.close("y", expected.clone().requires_grad_(), expected)


def test_close_names_the_place_and_known_mistakes():
    expected, got = torch.zeros(2, 2), torch.tensor([[0.0, 0.0], [3.0, 1.0]])
    assert "expected 0, got 3 at index (1, 0)" in sentence(checks.close, "y", got, expected)
    assert sentence(checks.close, "y", got, expected, mistakes={"the bias is missing.": got}).endswith(
        "the bias is missing."
    )
    assert "not finite" in sentence(checks.close, "y", torch.full((2,), torch.nan), torch.zeros(2))
    assert "expected shape" in sentence(checks.close, "y", torch.zeros(3), torch.zeros(2))


def test_pair_true_and_unchanged():
    checks.pair("layer", (1, 2), ("outputs", "state"))
    assert "expected the tuple (outputs, state), got Tensor" in sentence(
        checks.pair, "layer", torch.zeros(2), ("outputs", "state")
    )
    assert "tuple of 3" in sentence(checks.pair, "layer", (1, 2, 3), ("outputs", "state"))
    checks.true(torch.tensor(1), "no")
    assert sentence(checks.true, [], "no") == "no"
    x = torch.zeros(2)
    checks.unchanged("x", x.clone(), x)
    assert "changed in place" in sentence(checks.unchanged, "x", x.clone(), x.add_(1))


def test_forbidden_stops_calls_but_not_mentions_and_is_undone():
    layer, x = nn.RNN(2, 3), torch.zeros(4, 1, 2)
    with checks.forbidden("torch.nn.RNN", "torch.rnn_tanh", "torch.nn.functional.linear"):
        nn.RNN(2, 3)  # making one, or only naming it, is no delegation
        assert "torch.nn.RNN may not be called" in sentence(layer, x)
        assert "may not be called" in sentence(torch.rnn_tanh)
        assert "may not be called" in sentence(nn.functional.linear, x, torch.zeros(1, 2))
        nn.LSTM(2, 3)(x)
    layer(x)


def test_what_lies_beneath_is_forbidden_in_the_name_of_what_students_know():
    gradients = [torch.ones(2)]
    beneath = "torch.nn.utils.clip_grad._group_tensors_by_device_and_dtype"
    with checks.forbidden("torch.nn.RNN", "torch.nn.utils.clip_grad_norm_", beneath, "torch.rnn_tanh"):
        said = sentence(nn.utils.get_total_norm, gradients)
    assert said.startswith("torch.nn.utils.clip_grad_norm_ may not be called here, nor another function")
    assert "_group_tensors" not in said
    assert not_here("a.B.__init__", ["c.d", "a.B.__init__"]).startswith("a.B.__init__ may not")


def test_fresh_generators_differ_and_print_a_seed_that_repeats_them(capsys):
    draws = [torch.rand(1, generator=checks.fresh_generator()).item() for _ in range(2)]
    assert draws[0] != draws[1]
    seed = int(capsys.readouterr().out.split()[4].rstrip("."))
    assert torch.rand(1, generator=torch.Generator().manual_seed(seed)).item() == draws[0]


def test_a_notebook_shows_the_sentence_without_a_traceback():
    """As in the kernel: IPython asks the exception how to show itself."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    shown: list[str] = []
    shell._showtraceback = lambda etype, value, traceback: shown.extend(traceback)
    shell.run_cell("from utils import checks; checks.fail('is the bias missing?')")
    assert shown == ["\x1b[31mNot yet.\x1b[0m is the bias missing?"]


def test_unchanged_speaks_of_the_last_call_that_got_the_argument():
    x, items = torch.zeros(2), [1, 2]
    before = x.clone()
    checks.call(lambda x: x.add_(1), x)
    checks.call(lambda y: y + 1, torch.ones(2))  # another argument says nothing about x
    assert "changed in place" in sentence(checks.unchanged, "x", before, x)
    checks.call(lambda x: x + 1, x)
    checks.unchanged("x", before, x)
    checks.call(lambda x, y: x.mul_(2).add_(1), x, x)  # given twice, and changed
    assert "changed in place" in sentence(checks.unchanged, "x", before, x)
    checks.call(lambda items: items.append(3) or 1, items)
    for _ in range(1000):
        checks.call(lambda x: x.add_(1), torch.zeros(2))
    assert len(checks.CHANGED) <= 64 and items == [1, 2]


@pytest.mark.parametrize(
    ("argument", "change"),
    [
        ({"a": 1, "b": 2}, lambda given: given.clear() or 1),
        ({"a": 1, "b": 2}, lambda given: given.update(a=3) or 1),
        ({"a": [1]}, lambda given: given["a"].append(2) or 1),
        ([{"a": 1}], lambda given: given[0].pop("a")),
        ({1, 2}, lambda given: given.add(3) or 1),
        (np.arange(3), lambda given: given.fill(7) or 1),
    ],
)
def test_every_argument_that_can_be_changed_gets_its_values_back(argument, change):
    before = repr(argument)
    checks.call(change, argument)
    assert repr(argument) == before


def test_a_value_that_becomes_nan_has_changed_and_nan_itself_has_not():
    x = torch.tensor([0.0, torch.nan])
    before = x.clone()
    checks.call(lambda x: x + 1, x)
    checks.unchanged("x", before, x)
    checks.call(lambda x: x.fill_(torch.nan), x)
    assert x[0] == 0 and "changed in place" in sentence(checks.unchanged, "x", before, x)


@pytest.mark.parametrize(
    ("got", "end"),
    [
        (torch.complex(torch.ones(2), torch.ones(2)), "expected real numbers, got complex ones (complex64)."),
        (torch.ones(2, dtype=torch.bool), "expected float32, got bool."),
        (torch.ones(2).to_sparse(), "got one that is sparse, nested or quantized."),
        (torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8), "sparse, nested or quantized."),
        (torch.nested.as_nested_tensor([torch.ones(2)]), "sparse, nested or quantized."),
        ([1.0, 1.0], "expected a torch.Tensor, got list."),
    ],
)
def test_the_kind_of_an_answer_is_compared_first(got, end):
    assert sentence(checks.close, "y", got, torch.ones(2)).endswith(end)


def test_complex_numbers_are_compared_where_they_are_expected():
    expected = torch.complex(torch.ones(2), torch.ones(2))
    checks.close("y", expected.to(torch.complex128), expected)
    assert "expected complex numbers, got float32" in sentence(checks.close, "y", torch.ones(2), expected)
    assert "at index (0,)" in sentence(checks.close, "y", expected.conj(), expected)
    checks.close("whole numbers", torch.ones(2, dtype=torch.int64), torch.ones(2))


@pytest.mark.parametrize(
    ("got", "said"),
    [
        (
            [[0.0, 9, 0], [0, 8, 0]],
            "expected 0, got 9 at index (0, 1), where they differ most: 2 of the 6 values",
        ),
        ([[0.0, 9, 0], [0, 8, 0]], "of shape (2, 3), are wrong, all of them at index 1 of axis 1."),
        ([[0.0, 9, 0], [0, 8, 7]], "3 of the 6 values"),
        ([[0.0, 9, 0], [0, 8, 7]], "of shape (2, 3), are wrong, the first of them at index (0, 1)."),
        ([[0.0, 0, 0], [1, 2, 3]], "all of them at index 1 of axis 0."),
        ([[0.0, 0, 0], [0, 2, 0]], "1 of the 6 values, of shape (2, 3), is wrong."),
        (
            [[1.0, 1, 1], [1, 2, 1]],
            "(1, 1), where they differ most: all 6 values, of shape (2, 3), are wrong.",
        ),
    ],
)
def test_a_wrong_tensor_is_told_by_how_much_of_it_is_wrong_and_where(got, said):
    with pytest.raises(checks.CheckFailed) as raised:
        checks.close("y", torch.tensor(got), torch.zeros(2, 3))
    assert said in str(raised.value)


def test_a_wrong_number_is_told_by_itself():
    with pytest.raises(checks.CheckFailed, match=r"^y: expected 0, got 2\.$"):
        checks.close("y", torch.tensor(2.0), torch.tensor(0.0))


def test_a_cell_that_passes_says_so_in_one_line_on_stdout_and_gives_no_value(capsys):
    assert checks.passed() is None and checks.passed(more=True) is None
    said = capsys.readouterr()
    assert said.out.splitlines() == ["Passed.", "Passed. Further tests run when your work is graded."]
    assert said.err == ""
