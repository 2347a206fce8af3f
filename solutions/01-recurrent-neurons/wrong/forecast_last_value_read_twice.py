# ---
# jupyter:
#   course:
#     misconception: >-
#       The last value of the prefix is read twice: at the end of the prefix, and once more by itself.
#     section: "A forecaster of the sine wave, One step ahead, and on its own"
#     question: "Which values has the state read when your first forecast is made, and each how often?"
#     keeps:  # points of the tasks that lose some, least and most
#       forecast: [1, 1]
# ---

# %% task="forecast"
def forecast(rnn: nn.RNN, head: nn.Linear, prefix: Tensor, steps: int) -> Tensor:
    """What the network expects to come after ``prefix``, ``steps`` values far."""
    _, h = rnn(prefix)
    value = prefix[:, -1:]
    values = []
    for _ in range(steps):
        outputs, h = rnn(value, h)
        value = value + head(outputs)
        values.append(value)
    return torch.cat(values, dim=1)
