# ---
# jupyter:
#   course:
#     misconception: The outputs are written through .data, so that they carry no gradient.
#     section: "A forecaster of the sine wave, Carry the state, cut the gradient"
#     question: "Does autograd hear of what is written into .data?"
#     keeps:  # points of the tasks that lose some, least and most
#       layer: [3, 3]
# ---

# %% task="layer"
def run_layer(x, W_x, W_y, b, y_0=None, reverse=False):
    y = torch.zeros(len(x), len(b)) if y_0 is None else y_0
    outputs = torch.zeros(len(x), x.shape[1], len(b))
    for t in reversed(range(x.shape[1])) if reverse else range(x.shape[1]):
        y = torch.tanh(x[:, t] @ W_x + y @ W_y + b)
        outputs.data[:, t] = y.data
    return outputs, y
