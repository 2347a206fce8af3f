# ---
# jupyter:
#   course:
#     misconception: >-
#       The search begins at the top and ends at the first threshold that reaches the precision, which is
#       the highest.
#     section: "How good is it?, The threshold belongs to you"
#     question: "Is there a lower threshold that also reaches the precision, and what recall has it?"
#     keeps:  # points of the tasks that lose some, least and most
#       threshold: [1, 1]
# ---

# %% task="threshold"
def decide(logits: Tensor, threshold: float) -> Tensor:
    """1 for spam, 0 for ham, of shape (batch,)."""
    return (torch.sigmoid(logits.squeeze(1)) >= threshold).long()


def threshold_for(probabilities: Tensor, labels: Tensor, precision: float) -> tuple[float, float]:
    """The lowest threshold that reaches the precision, and its recall."""
    for threshold in sorted(set(probabilities.tolist()), reverse=True):
        called = probabilities >= threshold
        right = int((labels[called] == 1).sum())
        if right / int(called.sum()) >= precision:
            return threshold, right / int((labels == 1).sum())
    return float("inf"), 0.0
