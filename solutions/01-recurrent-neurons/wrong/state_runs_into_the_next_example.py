# ---
# jupyter:
#   course:
#     misconception: >-
#       Without y_0, every example but the first starts from the last state of the example before it.
#     section: "Unrolling in time, Weights are shared over time"
#     question: "From which state does the second example of a batch start?"
#     keeps:  # points of the tasks that lose some, least and most
#       layer: [3, 3]
# ---

# %% task="layer"
def run_layer(
    x: Tensor, W_x: Tensor, W_y: Tensor, b: Tensor, y_0: Tensor | None = None, reverse: bool = False
) -> tuple[Tensor, Tensor]:
    """A layer of recurrent neurons over time: (outputs, y_last)."""
    n_examples, n_steps = x.shape[0], x.shape[1]
    order = list(range(n_steps))
    if reverse:
        order.reverse()
    all_outputs, all_last = [], []
    state = torch.zeros(W_y.shape[0], dtype=x.dtype)
    for i in range(n_examples):
        if y_0 is not None:
            state = y_0[i]
        row = {}
        for t in order:
            z = torch.matmul(x[i, t], W_x) + torch.matmul(state, W_y) + b
            state = torch.tanh(z)
            row[t] = state
        all_outputs.append(torch.stack([row[t] for t in range(n_steps)]))
        all_last.append(state)
    return torch.stack(all_outputs), torch.stack(all_last)
