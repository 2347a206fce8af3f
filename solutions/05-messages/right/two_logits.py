# ---
# jupyter:
#   course:
#     way: Binary cross-entropy as cross-entropy with two logits; autograd; torch.where.
# ---

# %% task="loss"
def bce(logits, labels, pos_weight):
    z = logits.detach().clone().requires_grad_(True)
    two = torch.stack([torch.zeros_like(z), z], dim=1)
    each = nn.functional.cross_entropy(two, labels.long(), reduction="none")
    loss = (each * (1 + (pos_weight - 1) * labels)).mean()
    loss.backward()
    return loss.detach(), z.grad


# %% task="threshold"
def decide(logits, threshold):
    return torch.where(logits.squeeze(-1).sigmoid() < threshold, 0, 1)


def threshold_for(probabilities, labels, precision):
    candidates = probabilities.unique()
    called = probabilities[None] >= candidates[:, None]
    caught = (called & (labels == 1)[None]).sum(1)
    good = (caught / called.sum(1) >= precision).nonzero()
    if len(good) == 0:
        return float("inf"), 0.0
    first = good[0, 0]
    return candidates[first].item(), (caught[first] / (labels == 1).sum()).item()
