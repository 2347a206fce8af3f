# ---
# jupyter:
#   course:
#     misconception: The gradients are left to autograd, which the task forbids.
#     section: "Backpropagation through time, by hand, In code"
#     question: "Which functions does the task's text rule out?"
#     keeps:  # points of the tasks that lose some, least and most
#       output: [0, 0]
#       bptt: [0, 0]
#       truncated: [0, 0]
# ---

# %% task="output"
def output_layer(states, U, b_2, targets):
    states, U, b_2 = (value.clone().requires_grad_() for value in (states, U, b_2))
    loss = F.cross_entropy((states @ U.T + b_2).transpose(1, 2), targets)
    loss.backward()
    return loss.detach(), states.grad, U.grad, b_2.grad


# %% task="bptt"
def bptt(x, h_0, states, W_xh, W_hh, d_states):
    b_1 = torch.atanh(states[0, 0].clamp(-0.999, 0.999)) - W_xh @ x[0, 0] - W_hh @ h_0[0]
    gradients, _ = by_autograd(x, h_0, W_xh, W_hh, b_1, d_states)
    return gradients


# %% task="truncated"
def truncated_bptt(x, h_0, states, W_xh, W_hh, d_states, cut):
    b_1 = torch.atanh(states[0, 0].clamp(-0.999, 0.999)) - W_xh @ x[0, 0] - W_hh @ h_0[0]
    gradients, _ = by_autograd(x, h_0, W_xh, W_hh, b_1, d_states, tuple(range(0, x.shape[1], cut)))
    return gradients[:3]
