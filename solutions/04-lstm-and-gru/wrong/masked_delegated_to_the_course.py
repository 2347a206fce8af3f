# ---
# jupyter:
#   course:
#     misconception: The loop is left to the course's own layer, which the task forbids.
#     section: "Two layers, two directions, and tags, Sentences of different lengths"
#     question: "Which functions does the task's text rule out?"
#     keeps:  # points of the tasks that lose some, least and most
#       masked: [0, 0]
# ---

# %% task="masked"
from utils.models import LSTM


def run_masked(cell, x, lengths, reverse=False):
    layer = LSTM(cell.input_size, cell.hidden_size, batch_first=True, backend="readable")
    weights = {f"{name}_l0": value for name, value in cell.named_parameters()}
    outputs, (h, c) = torch.func.functional_call(layer, weights, (x, None, lengths))
    return outputs, h[0], c[0]
