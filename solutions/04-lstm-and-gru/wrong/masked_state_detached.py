# ---
# jupyter:
#   course:
#     misconception: >-
#       At padding the state is kept as a copy without its history, so that no gradient reaches what was
#       read before.
#     section: "Two layers, two directions, and tags, Sentences of different lengths"
#     question: "Does the loss of a short sentence reach its first word?"
#     keeps:  # points of the tasks that lose some, least and most
#       masked: [3, 3]
# ---

# %% task="masked"
def run_masked(
    cell: nn.LSTMCell, x: Tensor, lengths: Tensor, reverse: bool = False
) -> tuple[Tensor, Tensor, Tensor]:
    """A cell over padded sequences: (outputs, h, c)."""
    batch, time, _ = x.size()
    state = (
        torch.zeros(batch, cell.hidden_size, dtype=x.dtype),
        torch.zeros(batch, cell.hidden_size, dtype=x.dtype),
    )
    mask = (torch.arange(time).unsqueeze(0) < lengths.unsqueeze(1)).to(x.dtype)
    outputs = torch.zeros(batch, time, cell.hidden_size, dtype=x.dtype)
    steps = list(range(time))
    if reverse:
        steps = steps[::-1]
    for t in steps:
        m = mask[:, t : t + 1]
        old_h, old_c = state[0].detach().clone(), state[1].detach().clone()
        new_h, new_c = cell(x[:, t], state)
        state = (m * new_h + (1 - m) * old_h, m * new_c + (1 - m) * old_c)
        outputs[:, t] = m * new_h
    return outputs, state[0], state[1]
