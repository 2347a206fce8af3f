# ---
# jupyter:
#   course:
#     misconception: The loop is left to the course's own layer, which the task forbids.
#     section: "The layer in PyTorch: nn.RNN, Our loop and PyTorch's"
#     question: "Which functions does the task's text rule out?"
#     keeps:  # points of the tasks that lose some, least and most
#       layer: [0, 0]
# ---


# %% task="layer"
from utils.models import RNN


def run_layer(x, W_x, W_y, b, y_0=None, reverse=False):
    rnn = RNN(*W_x.shape, batch_first=True, backend="readable")
    weights = {
        "weight_ih_l0": W_x.T,
        "weight_hh_l0": W_y.T,
        "bias_ih_l0": b,
        "bias_hh_l0": torch.zeros_like(b),
    }
    y_0 = torch.zeros(len(x), len(b)) if y_0 is None else y_0
    x = x.flip(1) if reverse else x
    outputs, y = torch.func.functional_call(rnn, weights, (x, y_0[None]))
    return outputs.flip(1) if reverse else outputs, y[0]
