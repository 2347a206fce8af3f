# ---
# jupyter:
#   course:
#     misconception: The forecast contains the prefix.
#     section: "A forecaster of the sine wave, One step ahead, and on its own"
#     question: "How many values are asked for, and how many does your function return?"
#     keeps:  # points of the tasks that lose some, least and most
#       forecast: [0, 0]
# ---

# %% task="forecast"
def forecast(rnn, head, prefix, steps):
    series = prefix
    for _ in range(steps):
        outputs, _ = rnn(series)
        series = torch.cat((series, series[:, -1:] + head(outputs[:, -1:])), 1)
    return series
