# ---
# jupyter:
#   course:
#     misconception: "A last piece that is shorter than the cut is left out."
#     section: "The cost of a long text, and the cut, Truncated BPTT"
#     question: "What becomes of the last two of eight steps when the cut is three?"
#     keeps:  # points of the tasks that lose some, least and most
#       truncated: [1, 1]
# ---

# %% task="truncated"
def truncated_bptt(
    x: Tensor, h_0: Tensor, states: Tensor, W_xh: Tensor, W_hh: Tensor, d_states: Tensor, cut: int
) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of a recurrent layer whose gradient is cut: (d_W_xh, d_W_hh, d_b_1)."""
    n_pieces = max(1, x.shape[1] // cut)
    sums = None
    h = h_0
    for k in range(n_pieces):
        piece = slice(k * cut, (k + 1) * cut)
        found = bptt(x[:, piece], h, states[:, piece], W_xh, W_hh, d_states[:, piece])[:3]
        sums = found if sums is None else tuple(a + b for a, b in zip(sums, found))
        h = states[:, piece][:, -1]
    return sums
