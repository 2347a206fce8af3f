# ---
# jupyter:
#   course:
#     misconception: "The threshold is held against the logit."
#     section: "The network and its training, The loss wants logits"
#     question: "Which logit has the probability 0.5?"
#     keeps:  # points of the tasks that lose some, least and most
#       threshold: [1, 1]
# ---

# %% task="threshold"
def decide(logits: Tensor, threshold: float) -> Tensor:
    """1 for spam, 0 for ham, of shape (batch,)."""
    return (logits.squeeze(1) >= threshold).long()


def threshold_for(probabilities: Tensor, labels: Tensor, precision: float) -> tuple[float, float]:
    """The lowest threshold that reaches the precision, and its recall."""
    for threshold in sorted(set(probabilities.tolist())):
        called = probabilities >= threshold
        caught = float((called & (labels == 1)).sum())
        if caught / float(called.sum()) >= precision:
            return threshold, caught / float((labels == 1).sum())
    return float("inf"), 0.0
