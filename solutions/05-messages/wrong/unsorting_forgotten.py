# ---
# jupyter:
#   course:
#     misconception: "The rows are sorted by length for packing, and stay sorted."
#     section: "From text to batches, Padding, lengths and packing"
#     question: "In which order do the rows come back from the packing?"
#     keeps:  # points of the tasks that lose some, least and most
#       states: [1, 1]
# ---

# %% task="states"
def read_states(lstm: nn.LSTM, embedded: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """The last states of both directions, and the mean of the outputs over the true steps."""
    order = lengths.argsort(descending=True, stable=True)
    packed = nn.utils.rnn.pack_padded_sequence(embedded[order], lengths[order], batch_first=True)
    output, (state, _) = lstm(packed)
    output, _ = nn.utils.rnn.pad_packed_sequence(output, batch_first=True)
    mean = output.sum(dim=1) / lengths[order].unsqueeze(1)
    last = torch.cat([state[0], state[1]], dim=1)
    return last, mean
