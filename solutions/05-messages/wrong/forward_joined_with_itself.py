# ---
# jupyter:
#   course:
#     misconception: "The forward state is joined with itself."
#     section: "The network and its training, Whole text, then one output"
#     question: "Which two states does a network of two directions have at the end?"
#     keeps:  # points of the tasks that lose some, least and most
#       states: [2, 2]
# ---

# %% task="states"
def read_states(lstm: nn.LSTM, embedded: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """The last states of both directions, and the mean of the outputs over the true steps."""
    packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
    output, (state, _) = lstm(packed)
    output, _ = nn.utils.rnn.pad_packed_sequence(output, batch_first=True)
    mean = output.sum(dim=1) / lengths.unsqueeze(1)
    return torch.cat([state[0], state[0]], dim=1), mean
