# ---
# jupyter:
#   course:
#     misconception: The state is detached at every step, so that no gradient flows through time.
#     section: "A forecaster of the sine wave, Carry the state, cut the gradient"
#     question: "Does the last output still depend on the first input when gradients are asked for?"
#     keeps:  # points of the tasks that lose some, least and most
#       layer: [3, 3]
# ---

# %% task="layer"
def run_layer(x, W_x, W_y, b, y_0=None, reverse=False):
    y = torch.zeros(len(x), len(b)) if y_0 is None else y_0
    outputs = []
    x = x.flip(1) if reverse else x
    for t in range(x.shape[1]):
        y = torch.tanh(x[:, t] @ W_x + y.detach() @ W_y + b)
        outputs.append(y)
    outputs = torch.stack(outputs, 1)
    return outputs.flip(1) if reverse else outputs, y
