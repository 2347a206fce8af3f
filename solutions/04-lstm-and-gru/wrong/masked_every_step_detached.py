# ---
# jupyter:
#   course:
#     misconception: >-
#       The state is detached before each step, so that no gradient goes further back than one step.
#     section: "Two layers, two directions, and tags, Sentences of different lengths"
#     question: "How does the loss of the last word reach the weights' use at the first?"
#     keeps:  # points of the tasks that lose some, least and most
#       masked: [0, 0]
# ---

# %% task="masked"
def run_masked(
    cell: nn.LSTMCell, x: Tensor, lengths: Tensor, reverse: bool = False
) -> tuple[Tensor, Tensor, Tensor]:
    """A cell over padded sequences: (outputs, h, c)."""
    batch, time = x.shape[:2]
    zero = torch.zeros(batch, cell.hidden_size, dtype=x.dtype)
    state = (zero, zero)
    places = {}
    t = time - 1 if reverse else 0
    while 0 <= t < time:
        old = tuple(s.detach() for s in state)
        new = cell(x[:, t, :], old)
        is_real = (lengths > t).view(-1, 1).expand(-1, cell.hidden_size)
        state = tuple(torch.where(is_real, a, b) for a, b in zip(new, old))
        places[t] = state[0].masked_fill(~is_real, 0.0)
        t = t - 1 if reverse else t + 1
    outputs = torch.stack([places[t] for t in range(time)], dim=1)
    return outputs, state[0], state[1]
