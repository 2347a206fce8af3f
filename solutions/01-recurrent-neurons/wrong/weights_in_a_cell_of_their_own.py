# ---
# jupyter:
#   course:
#     misconception: "The weights are copied into a module, whose copies get the gradients."
#     section: "Unrolling in time, Weights are shared over time"
#     question: "Does W_y get a gradient, or a copy of it?"
#     keeps:  # points of the tasks that lose some, least and most
#       layer: [3, 3]
# ---

# %% task="layer"
def run_layer(
    x: Tensor, W_x: Tensor, W_y: Tensor, b: Tensor, y_0: Tensor | None = None, reverse: bool = False
) -> tuple[Tensor, Tensor]:
    """A layer of recurrent neurons over time: (outputs, y_last)."""
    cell = nn.RNNCell(W_x.shape[0], W_x.shape[1], dtype=x.dtype)
    cell.weight_ih = nn.Parameter(W_x.detach().T.clone())
    cell.weight_hh = nn.Parameter(W_y.detach().T.clone())
    cell.bias_ih = nn.Parameter(b.detach().clone())
    cell.bias_hh = nn.Parameter(torch.zeros_like(b))
    steps = list(x.unbind(dim=1))
    if reverse:
        steps = steps[::-1]
    outputs = []
    state = y_0
    for step in steps:
        state = cell(step, state)
        outputs.append(state)
    if reverse:
        outputs = outputs[::-1]
    return torch.stack(outputs, dim=1), state
