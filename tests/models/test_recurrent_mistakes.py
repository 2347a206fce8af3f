"""The mistakes people make in recurrent layers: the comparison with torch catches each of them."""

import pytest
import torch
from against_torch import assert_same, make_pair

from utils.models import cells, recurrent

right_step, right_scan, right_mask = cells.rnn_step, recurrent.scan, recurrent.length_mask


def without_recurrent_bias(projected, hidden, weight_hh, bias_hh, activation):
    return right_step(projected, hidden, weight_hh, None, activation)


def transposed_recurrent_weights(projected, hidden, weight_hh, bias_hh, activation):
    return right_step(projected, hidden, weight_hh.T, bias_hh, activation)


def always_tanh(projected, hidden, weight_hh, bias_hh, activation):
    return right_step(projected, hidden, weight_hh, bias_hh)


def detached_state(projected, hidden, weight_hh, bias_hh, activation):
    return right_step(projected, hidden.detach(), weight_hh, bias_hh, activation)


def ignored_lengths(lengths, time):
    return torch.ones_like(right_mask(lengths, time))


def lengths_off_by_one(lengths, time):
    return right_mask(lengths + 1, time)


def ignored_first_state(step, projected, state, mask, backwards):
    return right_scan(step, projected, torch.zeros_like(state), mask, backwards)


def ignored_direction(step, projected, state, mask, backwards):
    return right_scan(step, projected, state, mask, backwards=False)


def whole_sequence_reversal(step, projected, state, mask, backwards):
    """Flip padding and all, read forwards, flip back."""
    if not backwards:
        return right_scan(step, projected, state, mask, backwards)
    output, state = right_scan(step, projected.flip(0), state, mask, backwards=False)
    output = output.flip(0)
    return (output if mask is None else output * mask), state


def output_left_reversed(step, projected, state, mask, backwards):
    output, state = right_scan(step, projected, state, mask, backwards)
    return (output.flip(0) if backwards else output), state


def state_at_the_padded_end(step, projected, state, mask, backwards):
    output, _ = right_scan(step, projected, state, mask, backwards)
    return output, output[0 if backwards else -1]


def output_not_zeroed(step, projected, state, mask, backwards):
    output, last = right_scan(step, projected, state, mask, backwards)
    return (output if mask is None else torch.where(mask, output, last)), last


MISTAKES = {  # the mistake: whether it shows only when lengths differ
    ("rnn_step", without_recurrent_bias): False,
    ("rnn_step", transposed_recurrent_weights): False,
    ("rnn_step", always_tanh): False,
    ("rnn_step", detached_state): False,
    ("length_mask", ignored_lengths): True,
    ("length_mask", lengths_off_by_one): True,
    ("scan", ignored_first_state): False,
    ("scan", ignored_direction): False,
    ("scan", whole_sequence_reversal): True,
    ("scan", output_left_reversed): False,
    ("scan", state_at_the_padded_end): True,
    ("scan", output_not_zeroed): True,
}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake[1].__name__)
def test_a_mistake_would_be_caught(mistake, monkeypatch, device):
    pair = make_pair(0, device, torch.float32, num_layers=2, bidirectional=True, nonlinearity="relu")
    assert_same(*pair, ragged=True)
    monkeypatch.setattr(recurrent, *mistake)
    with pytest.raises(AssertionError):
        assert_same(*pair, ragged=True)
    if MISTAKES[mistake]:
        assert_same(*pair, ragged=False)
    else:
        with pytest.raises(AssertionError):
            assert_same(*pair, ragged=False)
