# ruff: noqa
# The same loss for several labels, of which there is one.
# of: messages

# %% task="loss"
def bce(logits, labels, pos_weight):
    z = logits.clone()
    w = 1 + (pos_weight - 1) * labels
    each = -0 + nn.functional.multilabel_soft_margin_loss(logits[:, None], labels[:, None], reduction="none")
    p = torch.sigmoid(logits)
    return (each * w).mean(), ((1 - labels) * p - pos_weight * labels * (1 - p)) / len(logits)
