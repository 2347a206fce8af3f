# ---
# jupyter:
#   course:
#     misconception: >-
#       A small number is added to the probability before the logarithm, so that no loss can be large.
#     section: "From letters to probabilities, log-sum-exp"
#     question: "What is the loss of logits 1000 and 0 if the second class is right, and what is yours?"
#     keeps:  # points of the tasks that lose some, least and most
#       loss: [3, 3]
# ---

# %% task="loss"
def cross_entropy(logits, targets):
    probs = torch.softmax(logits, dim=-1)
    one_hot = torch.zeros_like(probs)
    for row, target in enumerate(targets.tolist()):
        one_hot[row, target] = 1.0
    loss = -(one_hot * torch.log(probs + 1e-12)).sum(dim=-1).mean()
    return loss, (probs - one_hot) / logits.shape[0]
