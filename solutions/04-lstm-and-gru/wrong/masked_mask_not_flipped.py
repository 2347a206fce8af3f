# ---
# jupyter:
#   course:
#     misconception: >-
#       Read backwards, the steps are turned round but the mask is not: the padding comes first and counts
#       as real.
#     section: "Two layers, two directions, and tags, Sentences of different lengths"
#     question: "After all steps are turned round, where does the padding of a short item stand?"
#     keeps:  # points of the tasks that lose some, least and most
#       masked: [3, 3]
# ---

# %% task="masked"
def run_masked(
    cell: nn.LSTMCell, x: Tensor, lengths: Tensor, reverse: bool = False
) -> tuple[Tensor, Tensor, Tensor]:
    """A cell over padded sequences: (outputs, h, c)."""
    batch, time, _ = x.shape
    if reverse:
        x = x.flip(1)
    h = torch.zeros(batch, cell.hidden_size, dtype=x.dtype)
    c = torch.zeros_like(h)
    outputs = []
    for t in range(time):
        real = (t < lengths).unsqueeze(1)
        h_new, c_new = cell(x[:, t], (h, c))
        h = torch.where(real, h_new, h)
        c = torch.where(real, c_new, c)
        outputs.append(torch.where(real, h, torch.zeros_like(h)))
    outputs = torch.stack(outputs, dim=1)
    return (outputs.flip(1) if reverse else outputs), h, c
