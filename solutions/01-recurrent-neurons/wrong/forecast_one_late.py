# ---
# jupyter:
#   course:
#     misconception: The first forecast, at the end of the prefix, is not counted.
#     section: "A forecaster of the sine wave, One step ahead, and on its own"
#     question: "After how many values of its own does your function give the first forecast?"
#     keeps:  # points of the tasks that lose some, least and most
#       forecast: [1, 1]
# ---

# %% task="forecast"
def forecast(rnn, head, prefix, steps):
    outputs, state = rnn(prefix)
    x = prefix[:, -1:] + head(outputs[:, -1:])
    values = []
    for _ in range(steps):
        outputs, state = rnn(x, state)
        x = x + head(outputs)
        values.append(x)
    return torch.cat(values, 1)
