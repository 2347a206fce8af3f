# ---
# jupyter:
#   course:
#     misconception: The step is left to torch.lstm_cell, which the task forbids.
#     keeps:  # points of the tasks that lose some, least and most
#       lstm: [0, 0]
# ---

# %% task="lstm"
def lstm_step(x, h, c, W_ih, W_hh, b):
    return torch.lstm_cell(x, (h, c), W_ih, W_hh, b, torch.zeros_like(b))
