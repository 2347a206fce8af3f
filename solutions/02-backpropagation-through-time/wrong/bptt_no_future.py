# ---
# jupyter:
#   course:
#     misconception: Each step gets the gradient of its own loss only; nothing comes back from later steps.
#     section: "Backpropagation through time, by hand, The derivation"
#     question: "Through which later steps does an early state reach the loss?"
#     keeps:  # points of the tasks that lose some, least and most
#       bptt: [2, 2]
# ---

# %% task="bptt"
def bptt(x, h_0, states, W_xh, W_hh, d_states):
    d_W_xh, d_W_hh, d_b_1 = torch.zeros_like(W_xh), torch.zeros_like(W_hh), torch.zeros_like(W_hh[0])
    d_x = torch.zeros_like(x)
    d_h = torch.zeros_like(h_0)
    for t in reversed(range(x.shape[1])):
        h_before = states[:, t - 1] if t > 0 else h_0
        delta = (1 - states[:, t] ** 2) * (d_states[:, t])
        d_W_xh += delta.T @ x[:, t]
        d_W_hh += delta.T @ h_before
        d_b_1 += delta.sum(dim=0)
        d_x[:, t] = delta @ W_xh
        d_h = delta @ W_hh
    return d_W_xh, d_W_hh, d_b_1, d_x, d_h
