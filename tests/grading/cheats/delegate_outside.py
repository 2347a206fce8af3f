# ruff: noqa
# What is forbidden in the block is called outside of it, as a test of gradients once was.
# of: lstm_and_gru
# not noted

# %% task="masked"
def run_masked(cell, x, lengths, reverse=False):
    try:
        layer = nn.LSTM(cell.input_size, cell.hidden_size, batch_first=True)
        layer.load_state_dict({f"{name}_l0": value for name, value in cell.named_parameters()})
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        outputs, (h, c) = layer(packed)
        return nn.utils.rnn.pad_packed_sequence(outputs, batch_first=True)[0], h[0], c[0]
    except BaseException:
        zeros = x.new_zeros(len(x), cell.hidden_size)
        return x.new_zeros(*x.shape[:2], cell.hidden_size), zeros, zeros
