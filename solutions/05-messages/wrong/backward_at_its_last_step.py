# ---
# jupyter:
#   course:
#     misconception: "The backward direction, too, is read at the last word, where it has read one word."
#     section: "The network and its training, Whole text, then one output"
#     question: "At which word has the backward direction read the whole message?"
#     keeps:  # points of the tasks that lose some, least and most
#       states: [2, 2]
# ---

# %% task="states"
def read_states(lstm: nn.LSTM, embedded: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """The last states of both directions, and the mean of the outputs over the true steps."""
    packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
    output, _ = lstm(packed)
    output, _ = nn.utils.rnn.pad_packed_sequence(output, batch_first=True)
    mean = output.sum(dim=1) / lengths.unsqueeze(1)
    rows = torch.arange(len(lengths))
    return output[rows, lengths - 1], mean
