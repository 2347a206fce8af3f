"""What all searches of ``decoding`` share: they end, batches change nothing, the host seldom waits."""

import math

import pytest
import torch
from chaos import BATCH, END, LIMIT, WORDS, Chaos, sequences
from torch.utils._python_dispatch import TorchDispatchMode

from utils.models import decoding


def searches():
    return {
        "greedy": decoding.greedy,
        "sample": lambda *a: decoding.sample(*a, generator=torch.Generator(a[1].device).manual_seed(0)),
        "beam": lambda *a: decoding.beam(*a, beam_size=3),
    }


def always(token: int, vocabulary_size: int = WORDS):
    """A model that is certain of one token, whatever it reads."""
    logits = torch.full((vocabulary_size,), -1e4)
    logits[token] = 0
    return lambda tokens, state: (logits.expand(len(tokens), -1), state)


@pytest.mark.parametrize("name", ["greedy", "sample", "beam"])
def test_ends_at_end_of_sequence_and_at_the_limit(name):
    first = torch.tensor([1, 2])
    ended = searches()[name](always(END), first, None, END, 9)
    assert ended.tokens.tolist() == [[END], [END]] and ended.lengths.tolist() == [1, 1]
    cut = searches()[name](always(2), first, None, END, 9)
    assert cut.tokens.tolist() == [[2] * 9] * 2 and cut.lengths.tolist() == [9, 9]
    torch.testing.assert_close(cut.scores, torch.zeros(2))
    never = searches()[name](always(END), first, None, -1, 9)
    assert never.tokens.tolist() == [[END] * 9] * 2


@pytest.mark.parametrize("name", ["greedy", "beam"])
def test_a_batch_gives_what_its_items_give_alone(name, device):
    lengths = set()
    for seed in range(5):
        model = Chaos(device, seed)
        together = searches()[name](model.step, model.first, model.state, END, 12)
        for item in range(BATCH):
            alone = searches()[name](model.step, *model.of(item), END, 12)
            length = together.lengths[item]
            lengths.add(int(length))
            assert torch.equal(alone.tokens[0], together.tokens[item, :length])
            assert (together.tokens[item, length:] == END).all()
            torch.testing.assert_close(alone.scores[0], together.scores[item])
        assert together.tokens.shape[1] == together.lengths.max()
    assert len(lengths) > 2  # items of one batch end at different times


def test_greedy_takes_the_most_probable_token_and_adds_up_its_log_probability(device):
    model = Chaos(device)
    found = decoding.greedy(model.step, model.first, model.state, END, LIMIT)
    for item, sequence in enumerate(sequences(found)):
        expected = model.log_probability(item, sequence)
        assert math.isclose(found.scores[item].item(), expected, abs_tol=1e-9)
        for i, word in enumerate(sequence):
            others = [model.log_probability(item, (*sequence[:i], w)) for w in range(WORDS)]
            assert word == others.index(max(others))
        assert END not in sequence[:-1] and (sequence[-1] == END or len(sequence) == LIMIT)


class Syncs(TorchDispatchMode):
    """Counts how often the host asks for a number of a tensor."""

    count = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.count += function is torch.ops.aten._local_scalar_dense.default
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("name", ["greedy", "sample", "beam"])
def test_the_host_waits_for_the_device_once_a_step_at_most(name):
    logits = torch.randn(BATCH, WORDS, generator=torch.Generator().manual_seed(0))
    logits[:, END] = -1e4  # never ends, so that all steps are taken

    def step(token, state):
        return logits.repeat_interleave(len(token) // BATCH, 0), state

    with Syncs() as syncs:
        found = searches()[name](step, torch.ones(BATCH, dtype=torch.long), None, END, 10)
    assert found.tokens.shape == (BATCH, 10)
    assert syncs.count <= 11  # and the beam once more for the longest length


@pytest.mark.parametrize("name", ["greedy", "sample", "beam"])
@pytest.mark.parametrize("half", [torch.float16, torch.bfloat16])
def test_half_precision_logits_are_summed_in_float32(half, name, device):
    model = Chaos(device, dtype=half)
    found = searches()[name](model.step, model.first, model.state, END, LIMIT)
    assert found.scores.dtype == torch.float32 and found.scores.isfinite().all()


@pytest.mark.parametrize("name", ["greedy", "sample", "beam"])
def test_needs_no_gradients(name):
    model = Chaos()
    model.table.requires_grad_()
    assert not searches()[name](model.step, model.first, model.state, END, 3).scores.requires_grad


# --- bad input ---

FIRST = torch.ones(2, dtype=torch.long)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: decoding.greedy(s, FIRST, None, END, 0), "limit must be at least 1, got 0"),
        (
            lambda s: decoding.greedy(s, FIRST[:, None], None, END, 3),
            r"\(batch,\) integers.* got shape \(2, 1\)",
        ),
        (lambda s: decoding.beam(s, FIRST.float(), None, END, 3), "integers.* of torch.float32"),
        (lambda s: decoding.beam(s, FIRST, None, END, 0), "limit must be at least 1"),
        (lambda s: decoding.beam(s, FIRST, None, END, 3, 0), "beam_size must be at least 1"),
        (lambda s: decoding.beam(s, FIRST, None, END, 3, 2, -1.0), "length_penalty must not be negative"),
        (lambda s: decoding.sample(s, FIRST, None, END, 3, 0.0), "temperature must be positive.* use greedy"),
        (lambda s: decoding.sample(s, FIRST, None, END, 3, top_k=0), "top_k must be at least 1"),
        (lambda s: decoding.sample(s, FIRST, None, END, 3, top_p=0.0), "top_p must be a probability"),
        (lambda s: decoding.sample(s, FIRST, None, END, 3, top_p=1.1), "top_p must be a probability"),
    ],
)
def test_bad_input_gets_one_clear_error(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call(always(END))
    assert "\n" not in str(caught.value)
