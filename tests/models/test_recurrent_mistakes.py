"""The mistakes people make in recurrent layers: the comparison with torch catches each of them."""

import pytest
import torch
from against_torch import assert_same, make_input, make_pair, tensors

from utils.models import GRU, LSTM, RNN
from utils.models.layers import gru, lstm, projection, recurrent, rnn
from utils.models.layers.recurrent import length_mask, unroll

# --- mistakes in the loop ---


def ignored_lengths(lengths, time):
    return torch.ones_like(length_mask(lengths, time))


def lengths_off_by_one(lengths, time):
    return length_mask(lengths + 1, time)


def ignored_first_state(cell, x, state, weights, mask, backwards):
    zeros = tuple(torch.zeros_like(part) for part in state)
    return unroll(cell, x, zeros, weights, mask, backwards)


def ignored_direction(cell, x, state, weights, mask, backwards):
    return unroll(cell, x, state, weights, mask, backwards=False)


def whole_sequence_reversal(cell, x, state, weights, mask, backwards):
    """Flip padding and all, read forwards, flip back."""
    if not backwards:
        return unroll(cell, x, state, weights, mask, backwards)
    output, last = unroll(cell, x.flip(0), state, weights, mask, backwards=False)
    output = output.flip(0)
    return (output if mask is None else output * mask), last


def output_left_reversed(cell, x, state, weights, mask, backwards):
    output, last = unroll(cell, x, state, weights, mask, backwards)
    return (output.flip(0) if backwards else output), last


def state_at_the_padded_end(cell, x, state, weights, mask, backwards):
    output, last = unroll(cell, x, state, weights, mask, backwards)
    return output, (output[0 if backwards else -1], *last[1:])


def output_not_zeroed(cell, x, state, weights, mask, backwards):
    output, last = unroll(cell, x, state, weights, mask, backwards)
    return (output if mask is None else torch.where(mask, output, last[0])), last


IN_THE_LOOP = {  # the mistake: whether it shows only when lengths differ
    ("length_mask", ignored_lengths): True,
    ("length_mask", lengths_off_by_one): True,
    ("unroll", ignored_first_state): False,
    ("unroll", ignored_direction): False,
    ("unroll", whole_sequence_reversal): True,
    ("unroll", output_left_reversed): False,
    ("unroll", state_at_the_padded_end): True,
    ("unroll", output_not_zeroed): True,
}


@pytest.mark.parametrize("kind", [RNN, LSTM, GRU])
@pytest.mark.parametrize("mistake", IN_THE_LOOP, ids=lambda mistake: mistake[1].__name__)
def test_a_mistake_in_the_loop_would_be_caught(mistake, kind, monkeypatch, device):
    pair = make_pair(0, device, torch.float32, kind, num_layers=2, bidirectional=True)
    assert_same(*pair, ragged=True)
    monkeypatch.setattr(recurrent, *mistake)
    with pytest.raises(AssertionError):
        assert_same(*pair, ragged=True)
    if IN_THE_LOOP[mistake]:
        assert_same(*pair, ragged=False)
    else:
        with pytest.raises(AssertionError):
            assert_same(*pair, ragged=False)


# --- mistakes in the cell ---


def with_weights(step, change):
    """The step, with changed recurrent weights."""

    def mistaken(projected, state, weights, **options):
        return step(projected, state, change(dict(weights)), **options)

    return mistaken


def transposed(weights):
    blocks = weights["weight_hh"].split(weights["weight_hh"].shape[1])
    return weights | {"weight_hh": torch.cat([block.T for block in blocks])}


def no_recurrence(weights):
    return weights | {"weight_hh": torch.zeros_like(weights["weight_hh"])}


def swapped(first, second):
    """Two gates in each other's place."""

    def exchange(tensor, size, dim):
        blocks = list(tensor.split(size, dim))
        blocks[first], blocks[second] = blocks[second], blocks[first]
        return torch.cat(blocks, dim)

    def mistake(step):
        def mistaken(projected, state, weights, **options):
            size = state[0].shape[1]
            changed = {name: exchange(weight, size, 0) for name, weight in weights.items()}
            return step(exchange(projected, size, 1), state, changed, **options)

        return mistaken

    mistake.__name__ = f"gates_{first}_and_{second}_swapped"
    return mistake


def transposed_weights(step):
    return with_weights(step, transposed)


def ignored_recurrence(step):
    return with_weights(step, no_recurrence)


def always_relu(step):
    def mistaken(projected, state, weights, **options):
        return step(projected, state, weights, activation=torch.relu)

    return mistaken


def update_gate_reversed(step):
    """h = z ⊙ n + (1 - z) ⊙ h, as in Cho et al.'s paper and in half of the literature."""

    def mistaken(projected, state, weights, **options):
        (new,), saved = step(projected, state, weights)
        return (state[0] + saved[3] - new,), saved

    return mistaken


def reset_before_the_product(step):
    """n = tanh(W_in x + W_hn (r ⊙ h) + ...), as in Cho et al.'s paper."""

    def mistaken(projected, state, weights, **options):
        _, saved = step(projected, state, weights)
        hidden, r, z = saved[:3]
        size = hidden.shape[1]
        product = torch.nn.functional.linear(
            r * hidden, weights["weight_hh"][2 * size :], weights["bias_hh"][2 * size :]
        )
        n = torch.tanh(projected[:, 2 * size :] + product)
        return ((1 - z) * n + z * hidden,), saved

    return mistaken


def recurrent_bias_of_n_outside_the_reset(step):
    def mistaken(projected, state, weights, **options):
        size = state[0].shape[1]
        inside = weights["bias_hh"].clone()
        inside[2 * size :] = 0
        moved = weights["bias_hh"] - inside
        return step(projected + moved, state, {**weights, "bias_hh": inside})

    return mistaken


def cell_and_hidden_swapped(step):
    def mistaken(projected, state, weights, **options):
        return step(projected, state[::-1], weights, **options)

    return mistaken


def output_without_tanh(step):
    def mistaken(projected, state, weights, **options):
        (_, cell), saved = step(projected, state, weights, **options)
        return (saved[5] * cell, cell), saved

    return mistaken


IN_THE_CELL = [
    *[(RNN, rnn, "rnn_step", m) for m in (transposed_weights, ignored_recurrence, always_relu)],
    *[(LSTM, lstm, "lstm_step", swapped(a, b)) for a in range(4) for b in range(a)],
    *[
        (LSTM, lstm, "lstm_step", m)
        for m in (transposed_weights, cell_and_hidden_swapped, output_without_tanh)
    ],
    *[(GRU, gru, "gru_step", swapped(a, b)) for a in range(3) for b in range(a)],
    *[
        (GRU, gru, "gru_step", m)
        for m in (transposed_weights, update_gate_reversed, reset_before_the_product)
    ],
    (GRU, gru, "gru_step", recurrent_bias_of_n_outside_the_reset),
]


@pytest.mark.parametrize(
    ("kind", "module", "name", "mistake"),
    IN_THE_CELL,
    ids=[f"{c[0].__name__}-{c[3].__name__}" for c in IN_THE_CELL],
)
def test_a_mistake_in_the_cell_would_be_caught(kind, module, name, mistake, monkeypatch, device):
    pair = make_pair(0, device, torch.float32, kind)
    assert_same(*pair, ragged=True)
    monkeypatch.setattr(module, name, mistake(getattr(module, name)))
    with torch.no_grad(), pytest.raises(AssertionError):
        assert_same_outputs(*pair)


def assert_same_outputs(ours, reference):

    x, state = make_input(reference)
    for a, b in zip(ours(x, state), reference(x, state), strict=True):
        for left, expected in zip(tensors(a), tensors(b), strict=True):
            torch.testing.assert_close(left, expected, atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("kind", [RNN, LSTM])
@pytest.mark.parametrize("dropped", ["bias_hh", "bias_ih"])
def test_a_dropped_bias_would_be_caught(dropped, kind, monkeypatch, device):
    pair = make_pair(0, device, torch.float32, kind)

    def mistaken(x, weights):
        return projection.project(x, weights | {dropped: torch.zeros_like(weights[dropped])})

    monkeypatch.setattr({RNN: rnn, LSTM: lstm}[kind], "project", mistaken)
    with pytest.raises(AssertionError):
        assert_same(*pair, ragged=False)


# --- mistakes in the derivative: the outputs are right, the gradients are not ---


@pytest.mark.parametrize("kind", [RNN, LSTM, GRU])
def test_truncated_backpropagation_would_be_caught(kind, monkeypatch, device):
    """The state's derivative does not go on to the step before, as with ``hidden.detach()``."""
    pair = make_pair(0, device, torch.float32, kind)
    module, name = {
        RNN: (rnn, "rnn_step_backward"),
        LSTM: (lstm, "lstm_step_backward"),
        GRU: (gru, "gru_step_backward"),
    }[kind]
    step_backward = getattr(module, name)

    def mistaken(d_state, *arguments, **options):
        d_before = step_backward(d_state, *arguments, **options)
        return (torch.zeros_like(d_before[0]), *d_before[1:])

    monkeypatch.setattr(module, name, mistaken)
    with pytest.raises(AssertionError, match="grad"):
        assert_same(*pair, ragged=False)


@pytest.mark.parametrize("kind", [RNN, LSTM, GRU])
def test_weight_gradients_of_the_last_step_alone_would_be_caught(kind, monkeypatch, device):
    pair = make_pair(0, device, torch.float32, kind)

    def mistaken(total, d_out, operand):
        last = (d_out, operand) if d_out.dim() == 2 else (d_out[-1], operand[-1])
        total.copy_(last[0].t() @ last[1])

    for module in (projection, rnn, lstm, gru):  # where the weights of the input and of the state are summed
        monkeypatch.setattr(module, "add_product", mistaken)
    with pytest.raises(AssertionError, match=r"grad weight_.h_l0"):
        assert_same(*pair, ragged=False)
