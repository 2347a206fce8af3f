# ---
# jupyter:
#   course:
#     misconception: The state is dropped between the steps of the forecast.
#     section: "A forecaster of the sine wave, One step ahead, and on its own"
#     question: "What does the network know of the prefix when it makes the second forecast?"
#     keeps:  # points of the tasks that lose some, least and most
#       forecast: [1, 1]
# ---

# %% task="forecast"
def forecast(rnn, head, prefix, steps):
    values = []
    x = prefix
    for _ in range(steps):
        outputs, _ = rnn(x)
        x = x[:, -1:] + head(outputs[:, -1:])
        values.append(x)
    return torch.cat(values, 1)
