# ---
# jupyter:
#   course:
#     misconception: "The softmax is taken over the steps, and not over the vocabulary."
#     section: "Predicting the next word, The loss of a sequence"
#     question: "Over what do the probabilities of one step add up to 1?"
#     keeps:  # points of the tasks that lose some, least and most
#       output: [0, 0]
# ---

# %% task="output"
def output_layer(
    states: Tensor, U: Tensor, b_2: Tensor, targets: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The loss of the output layer and its gradients: (loss, d_states, d_U, d_b_2)."""
    batch, time = targets.shape
    logits = states @ U.T + b_2
    log_p = logits.log_softmax(dim=1)
    truth = F.one_hot(targets, len(b_2)).to(logits.dtype)
    loss = -(log_p * truth).sum(dim=-1).mean()
    d_logits = (log_p.exp() - truth) / (batch * time)
    d_states = d_logits @ U
    d_U = torch.einsum("btv,bth->vh", d_logits, states)
    d_b_2 = d_logits.sum(dim=(0, 1))
    return loss, d_states, d_U, d_b_2
