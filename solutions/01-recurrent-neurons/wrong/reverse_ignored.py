# ---
# jupyter:
#   course:
#     misconception: "reverse is ignored: the layer always reads from the beginning."
#     section: "The layer in PyTorch: nn.RNN, Our loop and PyTorch's"
#     question: "Does your answer change when reverse is True?"
#     keeps:  # points of the tasks that lose some, least and most
#       layer: [3, 3]
# ---

# %% task="layer"
def run_layer(x, W_x, W_y, b, y_0=None, reverse=False):
    y = torch.zeros(len(x), len(b)) if y_0 is None else y_0
    outputs = []
    for t in range(x.shape[1]):
        y = torch.tanh(x[:, t] @ W_x + y @ W_y + b)
        outputs.append(y)
    return torch.stack(outputs, 1), y
