# ---
# jupyter:
#   course:
#     misconception: The step is left to the course's own layer, which the task forbids.
#     keeps:  # points of the tasks that lose some, least and most
#       peephole: [0, 0]
# ---

# %% task="peephole"
from utils.models import LSTM


def peephole_step(x, h, c, W_ih, W_hh, b, p):
    layer = LSTM(x.shape[1], h.shape[1], variant="V")
    weights = {"weight_ih_l0": W_ih, "weight_hh_l0": W_hh, "bias_ih_l0": b, "bias_hh_l0": 0 * b}
    weights["weight_peephole_l0"] = p
    _, (h, c) = torch.func.functional_call(layer, weights, (x[None], (h[None], c[None])))
    return h[0], c[0]
