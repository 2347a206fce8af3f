# ---
# jupyter:
#   course:
#     misconception: "The last real step of each item counts as padding."
#     section: "Two layers, two directions, and tags, Sentences of different lengths"
#     question: "Of an item of length 3, which places are real when they are counted from 0?"
#     keeps:  # points of the tasks that lose some, least and most
#       masked: [0, 0]
# ---

# %% task="masked"
def run_masked(
    cell: nn.LSTMCell, x: Tensor, lengths: Tensor, reverse: bool = False
) -> tuple[Tensor, Tensor, Tensor]:
    """A cell over padded sequences: (outputs, h, c)."""
    batch, time, _ = x.shape
    h = torch.zeros(batch, cell.hidden_size, dtype=x.dtype)
    c = torch.zeros_like(h)
    outputs = [None] * time
    steps = reversed(range(time)) if reverse else range(time)
    for t in steps:
        real = (t < lengths - 1).unsqueeze(1)
        h_new, c_new = cell(x[:, t], (h, c))
        h = torch.where(real, h_new, h)
        c = torch.where(real, c_new, c)
        outputs[t] = torch.where(real, h, torch.zeros_like(h))
    return torch.stack(outputs, dim=1), h, c
