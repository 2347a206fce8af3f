# ---
# jupyter:
#   course:
#     misconception: "Precision is the share of the spam that was caught."
#     section: "How good is it?, The threshold belongs to you"
#     question: "Out of which messages is precision a share: of the spam, or of what was called spam?"
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
        called = probabilities >= threshold
        caught = float((called & (labels == 1)).sum())
        if caught / float((labels == 1).sum()) >= precision:
            return threshold, caught / float((labels == 1).sum())
    return float("inf"), 0.0
