# ---
# jupyter:
#   course:
#     misconception: The step is left to torch.gru_cell, which the task forbids.
#     keeps:  # points of the tasks that lose some, least and most
#       gru: [0, 0]
# ---

# %% task="gru"
def gru_step(x, h, W_ih, W_hh, b_ih, b_hh):
    return torch.gru_cell(x, h, W_ih, W_hh, b_ih, b_hh)
