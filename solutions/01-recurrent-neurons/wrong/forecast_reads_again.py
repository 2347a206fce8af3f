# ---
# jupyter:
#   course:
#     misconception: "The whole series so far is read again at each step, although the state is carried on."
#     section: "A forecaster of the sine wave, One step ahead, and on its own"
#     question: "Which values has the state that you hand on read already?"
#     keeps:  # points of the tasks that lose some, least and most
#       forecast: [1, 1]
# ---

# %% task="forecast"
def forecast(rnn: nn.RNN, head: nn.Linear, prefix: Tensor, steps: int) -> Tensor:
    """What the network expects to come after ``prefix``, ``steps`` values far."""
    sequence = prefix
    hidden = torch.zeros(rnn.num_layers, prefix.shape[0], rnn.hidden_size, dtype=prefix.dtype)
    for i in range(steps):
        out, hidden = rnn(sequence, hidden)
        last = sequence[:, -1, :] + head(out[:, -1, :])
        sequence = torch.cat((sequence, last[:, None, :]), 1)
    return sequence[:, prefix.shape[1] :, :]
