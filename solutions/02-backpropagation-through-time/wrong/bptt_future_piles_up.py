# ---
# jupyter:
#   course:
#     misconception: >-
#       What comes back from the next step is added to what came back before, in place of replacing it.
#     section: "Backpropagation through time, by hand, What goes wrong"
#     question: "Does the error of a step already hold what came back from all later ones?"
#     keeps:  # points of the tasks that lose some, least and most
#       bptt: [2, 2]
# ---

# %% task="bptt"
def bptt(
    x: Tensor, h_0: Tensor, states: Tensor, W_xh: Tensor, W_hh: Tensor, d_states: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """The gradients of a recurrent layer: (d_W_xh, d_W_hh, d_b_1, d_x, d_h_0)."""
    time = x.shape[1]
    d_W_xh, d_W_hh = torch.zeros_like(W_xh), torch.zeros_like(W_hh)
    d_b_1 = torch.zeros_like(W_hh[:, 0])
    d_x = torch.zeros_like(x)
    later = torch.zeros_like(h_0)  # what comes back from the later steps
    for t in range(time - 1, -1, -1):
        h = states[:, t]
        h_prev = states[:, t - 1] if t > 0 else h_0
        d_h = d_states[:, t] + later
        d_a = d_h * (1 - h**2)
        d_W_xh += d_a.T @ x[:, t]
        d_W_hh += d_a.T @ h_prev
        d_b_1 += d_a.sum(dim=0)
        d_x[:, t] = d_a @ W_xh
        later += d_a @ W_hh
    return d_W_xh, d_W_hh, d_b_1, d_x, later
