# ruff: noqa
# The same function for sparse tensors; the gradient is by hand.
# of: names

# %% task="loss"
def cross_entropy(logits, targets):
    loss = (
        -torch.sparse.log_softmax(logits.to_sparse(), 1)
        .to_dense()[torch.arange(len(targets)), targets]
        .mean()
    )
    p = logits.softmax(1)
    p[torch.arange(len(targets)), targets] -= 1
    return loss, p / len(targets)
