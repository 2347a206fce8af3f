# ---
# jupyter:
#   course:
#     misconception: "Called spam is what lies above the threshold, not at it."
#     section: "How good is it?, The threshold belongs to you"
#     question: "On which side is a message whose probability is the threshold itself?"
#     keeps:  # points of the tasks that lose some, least and most
#       threshold: [1, 1]
# ---

# %% task="threshold"
def decide(logits: Tensor, threshold: float) -> Tensor:
    """1 for spam, 0 for ham, of shape (batch,)."""
    return (torch.sigmoid(logits.squeeze(1)) >= threshold).long()


def threshold_for(probabilities: Tensor, labels: Tensor, precision: float) -> tuple[float, float]:
    """The lowest threshold that reaches the precision, and its recall."""
    for threshold in sorted(set(probabilities.tolist())):
        called = probabilities > threshold
        caught = float((called & (labels == 1)).sum())
        if caught / max(float(called.sum()), 1.0) >= precision:
            return threshold, caught / float((labels == 1).sum())
    return float("inf"), 0.0
