# ---
# jupyter:
#   course:
#     misconception: "Precision can only fall as the threshold goes down, so the search ends early."
#     section: "How good is it?, The threshold belongs to you"
#     question: "Can precision rise again at a lower threshold?"
#     keeps:  # points of the tasks that lose some, least and most
#       threshold: [1, 1]
# ---

# %% task="threshold"
def decide(logits: Tensor, threshold: float) -> Tensor:
    """1 for spam, 0 for ham, of shape (batch,)."""
    return (torch.sigmoid(logits.squeeze(1)) >= threshold).long()


def threshold_for(probabilities: Tensor, labels: Tensor, precision: float) -> tuple[float, float]:
    """The lowest threshold that reaches the precision, and its recall."""
    best = float("inf"), 0.0
    for threshold in sorted(set(probabilities.tolist()), reverse=True):
        called = probabilities >= threshold
        caught = float((called & (labels == 1)).sum())
        if caught / float(called.sum()) < precision:
            break
        best = threshold, caught / float((labels == 1).sum())
    return best
