# ---
# jupyter:
#   course:
#     misconception: The first axis is taken for time, the second for the batch.
#     section: "The layer in PyTorch: nn.RNN, Silent mistakes"
#     question: "In the shape of x, which axis comes first: the batch or the time?"
#     keeps:  # points of the tasks that lose some, least and most
#       layer: [0, 2]
# ---

# %% task="layer"
def run_layer(x, W_x, W_y, b, y_0=None, reverse=False):
    y = torch.zeros(x.shape[1], len(b)) if y_0 is None else y_0
    outputs = []
    for x_t in x.flip(0) if reverse else x:
        y = torch.tanh(x_t @ W_x + y @ W_y + b)
        outputs.append(y)
    outputs = torch.stack(outputs)
    return outputs.flip(0) if reverse else outputs, y
