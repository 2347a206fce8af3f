# ---
# jupyter:
#   course:
#     misconception: Every loss goes back as many steps as the cut, wherever the borders are.
#     section: "The cost of a long text, and the cut, Truncated BPTT"
#     question: "Where does the loss of a piece's last step stop going back, and where that of its first?"
#     keeps:  # points of the tasks that lose some, least and most
#       truncated: [1, 1]
# ---

# %% task="truncated"
def truncated_bptt(x, h_0, states, W_xh, W_hh, d_states, cut):
    d_W_xh, d_W_hh, d_b_1 = torch.zeros_like(W_xh), torch.zeros_like(W_hh), torch.zeros_like(W_hh[0])
    for t in range(x.shape[1]):
        delta = (1 - states[:, t] ** 2) * d_states[:, t]
        for s in range(t, max(t - cut, -1), -1):
            h_before = states[:, s - 1] if s > 0 else h_0
            d_W_xh += delta.T @ x[:, s]
            d_W_hh += delta.T @ h_before
            d_b_1 += delta.sum(dim=0)
            delta = (1 - h_before**2) * (delta @ W_hh)
    return d_W_xh, d_W_hh, d_b_1
