# ---
# jupyter:
#   course:
#     misconception: "view joins the states of two directions."
#     section: "From text to batches, Padding, lengths and packing"
#     question: "Which numbers does view put side by side: those of one message, or those of one direction?"
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
    return state.reshape(len(lengths), -1), mean
