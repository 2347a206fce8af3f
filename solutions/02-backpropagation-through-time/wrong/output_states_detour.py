# ---
# jupyter:
#   course:
#     misconception: The gradient of the states is that of the logits, without the way through U.
#     section: "Backpropagation through time, by hand, The derivation"
#     question: "Which matrix lies between the states and the logits?"
#     keeps:  # points of the tasks that lose some, least and most
#       output: [1, 1]
# ---

# %% task="output"
def output_layer(states, U, b_2, targets):
    log_y_hat = torch.log_softmax(states @ U.T + b_2, dim=-1)
    y = F.one_hot(targets, len(U))
    loss = -(y * log_y_hat).sum(dim=-1).mean()
    delta = (log_y_hat.exp() - y) / targets.numel()
    d_U = torch.einsum("ntv,nth->vh", delta, states)
    return loss, delta @ delta.new_ones(U.shape), d_U, delta.sum(dim=(0, 1))
