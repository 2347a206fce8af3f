# ---
# jupyter:
#   course:
#     misconception: "argmax chooses between spam and ham where there is one logit."
#     section: "The network and its training, The loss wants logits"
#     question: "How many numbers does the network give for a message, and what is the largest of one?"
#     keeps:  # points of the tasks that lose some, least and most
#       threshold: [1, 1]
# ---

# %% task="threshold"
def decide(logits: Tensor, threshold: float) -> Tensor:
    """1 for spam, 0 for ham, of shape (batch,)."""
    return logits.argmax(dim=1)


def threshold_for(probabilities: Tensor, labels: Tensor, precision: float) -> tuple[float, float]:
    """The lowest threshold that reaches the precision, and its recall."""
    for threshold in sorted(set(probabilities.tolist())):
        called = probabilities >= threshold
        caught = float((called & (labels == 1)).sum())
        if caught / float(called.sum()) >= precision:
            return threshold, caught / float((labels == 1).sum())
    return float("inf"), 0.0
