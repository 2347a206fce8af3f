# ---
# jupyter:
#   course:
#     misconception: "Read backwards, too, c is that after the last place, where reading begins."
#     section: "Two layers, two directions, and tags, Sentences of different lengths"
#     question: "At which place does an item end that is read backwards?"
#     keeps:  # points of the tasks that lose some, least and most
#       masked: [3, 3]
# ---

# %% task="masked"
def run_masked(
    cell: nn.LSTMCell, x: Tensor, lengths: Tensor, reverse: bool = False
) -> tuple[Tensor, Tensor, Tensor]:
    """A cell over padded sequences: (outputs, h, c)."""
    batch, time, _ = x.shape
    h = torch.zeros(batch, cell.hidden_size, dtype=x.dtype)
    c = torch.zeros_like(h)
    outputs, cells = [None] * time, [None] * time
    steps = reversed(range(time)) if reverse else range(time)
    for t in steps:
        real = (t < lengths).unsqueeze(1)
        h_new, c_new = cell(x[:, t], (h, c))
        h = torch.where(real, h_new, h)
        c = torch.where(real, c_new, c)
        cells[t] = c
        outputs[t] = torch.where(real, h, torch.zeros_like(h))
    return torch.stack(outputs, dim=1), h, torch.stack(cells, dim=1)[torch.arange(batch), lengths - 1]
