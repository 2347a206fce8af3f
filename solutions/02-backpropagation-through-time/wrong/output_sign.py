# ---
# jupyter:
#   course:
#     misconception: The gradient of the logits is taken as truth minus prediction.
#     section: "Backpropagation through time, by hand, The derivation"
#     question: "Must the logit of the right class rise or fall for the loss to fall?"
#     keeps:  # points of the tasks that lose some, least and most
#       output: [1, 1]
# ---

# %% task="output"
def output_layer(states, U, b_2, targets):
    log_y_hat = torch.log_softmax(states @ U.T + b_2, dim=-1)
    y = F.one_hot(targets, len(U))
    loss = -(y * log_y_hat).sum(dim=-1).mean()
    delta = (y - log_y_hat.exp()) / targets.numel()
    d_U = torch.einsum("ntv,nth->vh", delta, states)
    return loss, delta @ U, d_U, delta.sum(dim=(0, 1))
