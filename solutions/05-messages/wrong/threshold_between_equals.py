# ---
# jupyter:
#   course:
#     misconception: "The threshold goes between messages of the same probability."
#     section: "How good is it?, The threshold belongs to you"
#     question: "Can a threshold call one of two messages spam that have the same probability?"
#     keeps:  # points of the tasks that lose some, least and most
#       threshold: [1, 1]
# ---

# %% task="threshold"
def decide(logits: Tensor, threshold: float) -> Tensor:
    """1 for spam, 0 for ham, of shape (batch,)."""
    return (torch.sigmoid(logits.squeeze(1)) >= threshold).long()


def threshold_for(probabilities: Tensor, labels: Tensor, precision: float) -> tuple[float, float]:
    """The lowest threshold that reaches the precision, and its recall."""
    order = torch.argsort(probabilities, descending=True, stable=True)
    right = (labels[order] == 1).cumsum(0)
    for k in reversed(range(len(order))):
        if int(right[k]) / (k + 1) >= precision:
            return float(probabilities[order[k]]), int(right[k]) / int((labels == 1).sum())
    return float("inf"), 0.0
