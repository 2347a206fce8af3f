# ---
# jupyter:
#   course:
#     misconception: "Without packing, the backward direction at the first word has read the message alone."
#     section: "From text to batches, The bug of the last column"
#     question: "What does the backward direction read before it comes to the last word of a short message?"
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
    plain, _ = lstm(embedded)
    rows, size = torch.arange(len(lengths)), lstm.hidden_size
    return torch.cat([plain[rows, lengths - 1, :size], plain[:, 0, size:]], dim=1), mean
