# ---
# jupyter:
#   course:
#     misconception: "output[:, -1] is the state after the last word, padding or not."
#     section: "From text to batches, The bug of the last column"
#     question: "Is the last column of every row a word?"
#     keeps:  # points of the tasks that lose some, least and most
#       states: [1, 1]
# ---

# %% task="states"
def read_states(lstm: nn.LSTM, embedded: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """The last states of both directions, and the mean of the outputs over the true steps."""
    packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
    output, _ = lstm(packed)
    output, _ = nn.utils.rnn.pad_packed_sequence(output, batch_first=True)
    mean = output.sum(dim=1) / lengths.unsqueeze(1)
    return lstm(embedded)[0][:, -1], mean
