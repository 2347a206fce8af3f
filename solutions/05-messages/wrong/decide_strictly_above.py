# ---
# jupyter:
#   course:
#     misconception: "A message whose probability is exactly the threshold is called ham."
#     section: "How good is it?, The threshold belongs to you"
#     question: "What does your function say of the logit 0 at the threshold 0.5?"
#     keeps:  # points of the tasks that lose some, least and most
#       threshold: [1, 1]
# ---

# %% task="threshold"
def decide(logits: Tensor, threshold: float) -> Tensor:
    """1 for spam, 0 for ham, of shape (batch,)."""
    return (torch.sigmoid(logits.squeeze(1)) > threshold).long()


def threshold_for(probabilities: Tensor, labels: Tensor, precision: float) -> tuple[float, float]:
    """The lowest threshold that reaches the precision, and its recall."""
    for threshold in sorted(set(probabilities.tolist())):
        called = probabilities >= threshold
        right = int((labels[called] == 1).sum())
        if right / int(called.sum()) >= precision:
            return threshold, right / int((labels == 1).sum())
    return float("inf"), 0.0
