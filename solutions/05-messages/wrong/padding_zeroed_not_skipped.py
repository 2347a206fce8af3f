# ---
# jupyter:
#   course:
#     misconception: "The padding is set to zero, but the backward direction still reads it."
#     section: "The network and its training, Whole text, then one output"
#     question: "Which step does the backward direction read first in the shorter message?"
#     keeps:  # points of the tasks that lose some, least and most
#       states: [1, 1]
# ---

# %% task="states"
def read_states(lstm: nn.LSTM, embedded: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """The last states of both directions, and the mean of the outputs over the true steps."""
    mask = (torch.arange(embedded.shape[1]) < lengths.unsqueeze(1)).unsqueeze(2)
    outputs, _ = lstm(embedded * mask)
    outputs = outputs * mask
    n = lstm.hidden_size
    last = torch.cat([outputs[torch.arange(len(lengths)), lengths - 1, :n], outputs[:, 0, n:]], dim=1)
    mean = outputs.sum(dim=1) / lengths.unsqueeze(1)
    return last, mean
