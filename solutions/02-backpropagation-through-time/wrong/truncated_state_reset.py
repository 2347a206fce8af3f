# ---
# jupyter:
#   course:
#     misconception: The state, too, starts anew in each piece.
#     section: "The cost of a long text, and the cut, Truncated BPTT"
#     question: "Is it the state that is cut, or the way of the gradient?"
#     keeps:  # points of the tasks that lose some, least and most
#       truncated: [1, 1]
# ---

# %% task="truncated"
def truncated_bptt(x, h_0, states, W_xh, W_hh, d_states, cut):
    total = [torch.zeros_like(W_xh), torch.zeros_like(W_hh), torch.zeros_like(W_hh[0])]
    for a in range(0, x.shape[1], cut):
        b = a + cut
        before = h_0
        part = bptt(x[:, a:b], before, states[:, a:b], W_xh, W_hh, d_states[:, a:b])
        total = [old + new for old, new in zip(total, part)]
    return tuple(total)
