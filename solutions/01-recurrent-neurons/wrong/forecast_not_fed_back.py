# ---
# jupyter:
#   course:
#     misconception: >-
#       The network goes on reading the last value of the prefix; its own forecasts never become its input.
#     section: "A forecaster of the sine wave, One step ahead, and on its own"
#     question: "What does the network read when it makes the second forecast?"
#     keeps:  # points of the tasks that lose some, least and most
#       forecast: [1, 1]
# ---

# %% task="forecast"
def forecast(rnn: nn.RNN, head: nn.Linear, prefix: Tensor, steps: int) -> Tensor:
    """What the network expects to come after ``prefix``, ``steps`` values far."""
    outputs, h = rnn(prefix)
    value = prefix[:, -1:] + head(outputs[:, -1:])
    values = [value]
    for _ in range(steps - 1):
        outputs, h = rnn(prefix[:, -1:], h)
        value = value + head(outputs[:, -1:])
        values.append(value)
    return torch.cat(values, dim=1)
