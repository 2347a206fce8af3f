# ---
# jupyter:
#   course:
#     misconception: The step is left to torch.lstm_cell under another name, which is forbidden, too.
#     keeps:  # points of the tasks that lose some, least and most
#       lstm: [0, 0]
# ---


# %% task="lstm"
from torch import lstm_cell as my_step


def lstm_step(x, h, c, W_ih, W_hh, b):
    return my_step(x, (h, c), W_ih, W_hh, b, torch.zeros_like(b))
