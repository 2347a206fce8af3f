# ---
# jupyter:
#   course:
#     misconception: "Each change is added to the end of the prefix, not to the value before."
#     section: "A forecaster of the sine wave, One step ahead, and on its own"
#     question: "To which value does the second change belong?"
#     keeps:  # points of the tasks that lose some, least and most
#       forecast: [1, 1]
# ---

# %% task="forecast"
def forecast(rnn: nn.RNN, head: nn.Linear, prefix: Tensor, steps: int) -> Tensor:
    """What the network expects to come after ``prefix``, ``steps`` values far."""
    values = []
    x, state = prefix, None
    for _ in range(steps):
        outputs, state = rnn(x, state)
        x = prefix[:, -1:] + head(outputs[:, -1:])
        values.append(x)
    return torch.cat(values, dim=1)
