# ---
# jupyter:
#   course:
#     misconception: "Read from the end, the layer always starts from zeros."
#     section: "Unrolling in time, Weights are shared over time"
#     question: "Does your answer change when another y_0 is given and reverse is True?"
#     keeps:  # points of the tasks that lose some, least and most
#       layer: [3, 3]
# ---

# %% task="layer"
def run_layer(x, W_x, W_y, b, y_0=None, reverse=False):
    y = torch.zeros(len(x), len(b)) if y_0 is None or reverse else y_0
    outputs = []
    for x_t in reversed(x.unbind(1)) if reverse else x.unbind(1):
        y = torch.tanh(x_t @ W_x + y @ W_y + b)
        outputs.append(y)
    return torch.stack(outputs[::-1] if reverse else outputs, dim=1), y
