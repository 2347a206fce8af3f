# ruff: noqa
# The same loss under another name: its labels are 1 and -1.
# of: messages

# %% task="loss"
def bce(logits, labels, pos_weight):
    z = logits.clone()
    w = 1 + (pos_weight - 1) * labels
    each = nn.functional.soft_margin_loss(logits, 2 * labels - 1, reduction="none")
    p = torch.sigmoid(logits)
    return (each * w).mean(), ((1 - labels) * p - pos_weight * labels * (1 - p)) / len(logits)
