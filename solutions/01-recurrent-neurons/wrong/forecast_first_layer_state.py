# ---
# jupyter:
#   course:
#     misconception: The head reads h[0], the state of the lowest layer, instead of the output of the top one.
#     section: "A forecaster of the sine wave, One step ahead, and on its own"
#     question: "Which of the rows of h belongs to the top layer?"
#     keeps:  # points of the tasks that lose some, least and most
#       forecast: [1, 1]
# ---

# %% task="forecast"
def forecast(rnn, head, prefix, steps):
    _, h = rnn(prefix)
    values = [prefix[:, -1] + head(h[0])]
    for _ in range(steps - 1):
        _, h = rnn(values[-1][:, None], h)
        values.append(values[-1] + head(h[0]))
    return torch.stack(values, 1)
