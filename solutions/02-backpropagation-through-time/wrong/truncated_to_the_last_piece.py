# ---
# jupyter:
#   course:
#     misconception: Truncation is taken to mean that only the last piece counts.
#     section: "The cost of a long text, and the cut, Truncated BPTT"
#     question: "Which pieces have a loss, and which of them send a gradient to the weights?"
#     keeps:  # points of the tasks that lose some, least and most
#       truncated: [1, 1]
# ---

# %% task="truncated"
def truncated_bptt(x, h_0, states, W_xh, W_hh, d_states, cut):
    start = (x.shape[1] - 1) // cut * cut
    before = states[:, start - 1] if start else h_0
    return bptt(x[:, start:], before, states[:, start:], W_xh, W_hh, d_states[:, start:])[:3]
