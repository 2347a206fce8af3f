# ---
# jupyter:
#   course:
#     misconception: >-
#       Each place holds the output from before its step: y_0 stands at the first place, and the last output
#       is missing.
#     section: "Unrolling in time, Weights are shared over time"
#     question: "Has the output at place t of yours read the input at place t?"
#     keeps:  # points of the tasks that lose some, least and most
#       layer: [1, 1]
# ---

# %% task="layer"
def run_layer(
    x: Tensor, W_x: Tensor, W_y: Tensor, b: Tensor, y_0: Tensor | None = None, reverse: bool = False
) -> tuple[Tensor, Tensor]:
    """A layer of recurrent neurons over time: (outputs, y_last)."""
    batch, time, _ = x.shape
    if y_0 is None:
        y = torch.zeros(batch, W_y.shape[0], dtype=x.dtype)
    else:
        y = y_0
    if reverse:
        x = x.flip(1)
    outputs = []
    for t in range(time):
        outputs.append(y)
        y = torch.tanh(x[:, t] @ W_x + y @ W_y + b)
    y_last = y
    if reverse:
        outputs = outputs[::-1]
    return torch.stack(outputs, dim=1), y_last
