# ruff: noqa
# The last of the cumulative sums is the sum.
# of: names

# %% task="loss"
def cross_entropy(logits, targets):
    loss = (torch.logcumsumexp(logits, 1)[:, -1] - logits[torch.arange(len(targets)), targets]).mean()
    p = logits.softmax(1)
    p[torch.arange(len(targets)), targets] -= 1
    return loss, p / len(targets)
