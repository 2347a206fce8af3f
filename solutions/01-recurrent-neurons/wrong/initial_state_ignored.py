# ---
# jupyter:
#   course:
#     misconception: The first state is always zero.
#     section: "Unrolling in time, Weights are shared over time"
#     question: "Does your answer change when another y_0 is given?"
#     keeps:  # points of the tasks that lose some, least and most
#       layer: [2, 2]
# ---

# %% task="layer"
def run_layer(x, W_x, W_y, b, y_0=None, reverse=False):
    y = torch.zeros(len(x), len(b))
    outputs = []
    x = x.flip(1) if reverse else x
    for t in range(x.shape[1]):
        y = torch.tanh(x[:, t] @ W_x + y @ W_y + b)
        outputs.append(y)
    outputs = torch.stack(outputs, 1)
    return outputs.flip(1) if reverse else outputs, y
