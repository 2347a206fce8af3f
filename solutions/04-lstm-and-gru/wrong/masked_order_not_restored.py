# ---
# jupyter:
#   course:
#     misconception: "The items are sorted by length, and the answers stay in that order."
#     section: "Two layers, two directions, and tags, Sentences of different lengths"
#     question: "To which item does the first row of your answer belong?"
#     keeps:  # points of the tasks that lose some, least and most
#       masked: [0, 0]
# ---

# %% task="masked"
def run_masked(
    cell: nn.LSTMCell, x: Tensor, lengths: Tensor, reverse: bool = False
) -> tuple[Tensor, Tensor, Tensor]:
    """A cell over padded sequences: (outputs, h, c)."""
    order = torch.argsort(lengths, descending=True, stable=True)
    x, lengths = x[order], lengths[order]
    N, T = x.shape[:2]
    h = c = torch.zeros(N, cell.hidden_size, dtype=x.dtype)
    rows = [torch.zeros(N, cell.hidden_size, dtype=x.dtype) for _ in range(T)]
    for t in reversed(range(T)) if reverse else range(T):
        active = int((lengths > t).sum())  # these come first
        if active == 0:
            continue
        h_new, c_new = cell(x[:active, t], (h[:active], c[:active]))
        h = torch.cat([h_new, h[active:]])
        c = torch.cat([c_new, c[active:]])
        rows[t] = torch.cat([h_new, rows[t][active:]])
    return torch.stack(rows, dim=1), h, c
