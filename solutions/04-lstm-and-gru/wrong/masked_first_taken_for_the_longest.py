# ---
# jupyter:
#   course:
#     misconception: "The loop ends with the first item, as if the longest came first."
#     section: "Two layers, two directions, and tags, Sentences of different lengths"
#     question: "How many steps must the loop make when the longest item stands last?"
#     keeps:  # points of the tasks that lose some, least and most
#       masked: [0, 0]
# ---

# %% task="masked"
def run_masked(
    cell: nn.LSTMCell, x: Tensor, lengths: Tensor, reverse: bool = False
) -> tuple[Tensor, Tensor, Tensor]:
    """A cell over padded sequences: (outputs, h, c)."""
    B, T, _ = x.shape
    h = x.new_zeros(B, cell.hidden_size)
    c = x.new_zeros(B, cell.hidden_size)
    mask = (torch.arange(T)[None, :] < lengths[:, None]).to(x.dtype)
    outputs = x.new_zeros(B, T, cell.hidden_size)
    steps = torch.arange(int(lengths[0]))  # nothing but padding after the longest
    if reverse:
        steps = steps.flip(0)
    for t in steps.tolist():
        m = mask[:, t : t + 1]
        h_tilde, c_tilde = cell(x[:, t], (h, c))
        h = m * h_tilde + (1 - m) * h
        c = m * c_tilde + (1 - m) * c
        outputs[:, t] = m * h
    return outputs, h, c
