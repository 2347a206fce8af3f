# ---
# jupyter:
#   course:
#     misconception: The given first state is copied with torch.tensor, so that no gradient reaches it.
#     keeps:  # points of the tasks that lose some, least and most
#       layer: [3, 3]
# ---

# %% task="layer"
def run_layer(x, W_x, W_y, b, y_0=None):
    y = torch.zeros(len(x), len(b)) if y_0 is None else torch.tensor(y_0.tolist())
    outputs = []
    for t in range(x.shape[1]):
        y = torch.tanh(x[:, t] @ W_x + y @ W_y + b)
        outputs.append(y)
    return torch.stack(outputs, 1), y
