# ---
# jupyter:
#   course:
#     misconception: The step is left to nn.LSTMCell, which the task forbids.
#     keeps:  # points of the tasks that lose some, least and most
#       lstm: [0, 0]
# ---

# %% task="lstm"
def lstm_step(x, h, c, W_ih, W_hh, b):
    cell = nn.LSTMCell(x.shape[1], h.shape[1])
    weights = {"weight_ih": W_ih, "weight_hh": W_hh, "bias_ih": b, "bias_hh": torch.zeros_like(b)}
    return torch.func.functional_call(cell, weights, (x, (h, c)))
