# ---
# jupyter:
#   course:
#     way: Autograd through the chapter's stable formula; precision and recall divided in single precision.
# ---

# %% task="loss"
def bce(logits, labels, pos_weight):
    z = logits.clone().requires_grad_()
    each = z.clamp(min=0) - z * labels + torch.log1p(torch.exp(-z.abs()))
    loss = (each * (1 + (pos_weight - 1) * labels)).mean()
    loss.backward()
    return loss.detach(), z.grad


# %% task="threshold"
def decide(logits, threshold):
    return logits.flatten().sigmoid().ge(threshold).int().long()


def threshold_for(probabilities, labels, precision):
    best = float("inf"), 0.0
    for threshold in probabilities.unique().flip(0):
        called = probabilities >= threshold
        caught = (called & labels.bool()).sum()
        if (caught / called.sum()).item() >= precision:
            best = threshold.item(), (caught / labels.sum()).item()
    return best
