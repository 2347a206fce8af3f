# ---
# jupyter:
#   course:
#     misconception: The gradient is that of the summed loss, not of the mean.
#     section: "Predicting the next word, The loss of a sequence"
#     question: "What does the gradient do when the same batch is handed in twice over?"
#     keeps:  # points of the tasks that lose some, least and most
#       output: [1, 1]
# ---

# %% task="output"
def output_layer(states, U, b_2, targets):
    log_y_hat = torch.log_softmax(states @ U.T + b_2, dim=-1)
    y = F.one_hot(targets, len(U))
    loss = -(y * log_y_hat).sum(dim=-1).mean()
    delta = log_y_hat.exp() - y
    d_U = torch.einsum("ntv,nth->vh", delta, states)
    return loss, delta @ U, d_U, delta.sum(dim=(0, 1))
