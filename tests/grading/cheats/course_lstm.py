# ruff: noqa
# The course's own loop, in assignment 4.
# of: lstm_and_gru

# %% task="masked"
def run_masked(cell, x, lengths, reverse=False):
    from utils.models import LSTM
    from utils.models.layers import unroll
    from utils.models.layers.sequences import length_mask

    layer = LSTM(x.shape[2], cell.hidden_size, batch_first=True, backend="readable")
    weights = dict(zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), cell.parameters()))
    zeros = x.new_zeros(len(x), cell.hidden_size)
    mask = length_mask(lengths, x.shape[1]).unsqueeze(-1)
    outputs, (h, c) = unroll.unroll(layer.cell(), x.transpose(0, 1), (zeros, zeros), weights, mask, reverse)
    return outputs.transpose(0, 1), h, c
