"""The reference shows every public name of the modules that it names, with its call and its docstring."""

import importlib
import inspect
import re
from pathlib import Path

import pytest

from utils.book.extensions import reference
from utils.models import LSTM
from utils.text import pad

PAGE = Path(__file__).parents[2] / "book" / "guides" / "reference.md"
MODULES = re.findall(r"^```\{reference\} (\S+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", MODULES)
def test_each_public_name_is_there_and_says_what_it_does(name):
    module = importlib.import_module(name)
    found = reference.public(module)
    named = {each: getattr(module, each) for each in getattr(module, "__all__", found)}
    offered = {each for each, value in named.items() if inspect.isclass(value) or inspect.isroutine(value)}
    assert found and set(found) == offered
    for each, value in found.items():
        first, _, rest = reference.entry(each, value).partition("\n")
        assert first.startswith(each) and rest.strip(), each


def test_a_class_shows_its_methods_also_inherited_ones_and_no_torch_ones():
    text = reference.entry("LSTM", LSTM)
    assert text.startswith("LSTM(input_size, hidden_size, num_layers=1,")
    assert "c_t = f_t ⊙ c_{t-1} + i_t ⊙ g_t" in text
    assert "\n    forward(input=None, hx=None, lengths=None," in text and "register_forward_hook" not in text


def test_a_function_shows_its_arguments_without_types():
    call = reference.call("pad", pad)
    assert call.startswith("pad(") and ":" not in call and "->" not in call


def test_prose_is_broken_anew_and_nothing_is_lost():
    text = reference.entry("LSTM", LSTM)
    found = reference.reflowed(text)
    assert found.split() == text.split()
    assert "\n    i_t = σ(W_ii x_t + b_ii + W_hi h_{t-1} + b_hi)\n" in found
    assert "\n        proj_size: only 0, a projection of the output is not supported.\n" in found
    prose = [line for line in found.splitlines() if "  " not in line.strip() and "==" not in line]
    assert max(map(len, prose)) <= reference.WIDTH
