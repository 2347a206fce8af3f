# ---
# jupyter:
#   course:
#     misconception: "The change that the head gives is taken for the value itself."
#     section: "A forecaster of the sine wave, One step ahead, and on its own"
#     question: "What does the head give: the next value, or by how much it differs from the last?"
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
        x = head(outputs[:, -1:])
        values.append(x)
    return torch.cat(values, dim=1)
