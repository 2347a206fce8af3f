# ---
# jupyter:
#   course:
#     misconception: >-
#       The gradient is cut after the first step of a piece, and not before it, so that every border lies
#       one step too late.
#     section: "The cost of a long text, and the cut, Truncated BPTT"
#     question: >-
#       With pieces of 3 steps, does anything come back from step 4 to step 3, and from step 5 to step 4?
#     keeps:  # points of the tasks that lose some, least and most
#       truncated: [0, 0]
# ---

# %% task="truncated"
def truncated_bptt(
    x: Tensor, h_0: Tensor, states: Tensor, W_xh: Tensor, W_hh: Tensor, d_states: Tensor, cut: int
) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of a recurrent layer whose gradient is cut: (d_W_xh, d_W_hh, d_b_1)."""
    time = x.shape[1]
    d_W_xh, d_W_hh = torch.zeros_like(W_xh), torch.zeros_like(W_hh)
    d_b_1 = torch.zeros_like(W_hh[:, 0])
    later = torch.zeros_like(h_0)
    for t in range(time - 1, -1, -1):
        if t % cut == 0:  # a border
            later = torch.zeros_like(h_0)
        h_prev = states[:, t - 1] if t > 0 else h_0
        d_a = (d_states[:, t] + later) * (1 - states[:, t] ** 2)
        d_W_xh += d_a.T @ x[:, t]
        d_W_hh += d_a.T @ h_prev
        d_b_1 += d_a.sum(dim=0)
        later = d_a @ W_hh
    return d_W_xh, d_W_hh, d_b_1
