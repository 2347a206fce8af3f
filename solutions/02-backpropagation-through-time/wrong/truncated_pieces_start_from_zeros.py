# ---
# jupyter:
#   course:
#     misconception: >-
#       Every piece but the first starts from a state of zeros, though the state was carried over.
#     section: "The cost of a long text, and the cut, Truncated BPTT"
#     question: "Which state did the first step of the second piece really start from?"
#     keeps:  # points of the tasks that lose some, least and most
#       truncated: [1, 1]
# ---

# %% task="truncated"
def truncated_bptt(
    x: Tensor, h_0: Tensor, states: Tensor, W_xh: Tensor, W_hh: Tensor, d_states: Tensor, cut: int
) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of a recurrent layer whose gradient is cut: (d_W_xh, d_W_hh, d_b_1)."""
    time = x.shape[1]
    d_W_xh, d_W_hh = torch.zeros_like(W_xh), torch.zeros_like(W_hh)
    d_b_1 = torch.zeros_like(W_hh[:, 0])
    for start in range(0, time, cut):
        stop = min(start + cut, time)
        first = h_0 if start == 0 else torch.zeros_like(h_0)
        later = torch.zeros_like(h_0)
        for t in range(stop - 1, start - 1, -1):
            h_prev = states[:, t - 1] if t > start else first
            d_a = (d_states[:, t] + later) * (1 - states[:, t] ** 2)
            d_W_xh += d_a.T @ x[:, t]
            d_W_hh += d_a.T @ h_prev
            d_b_1 += d_a.sum(dim=0)
            later = d_a @ W_hh
    return d_W_xh, d_W_hh, d_b_1
