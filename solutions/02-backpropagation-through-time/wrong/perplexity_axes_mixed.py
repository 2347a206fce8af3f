# ---
# jupyter:
#   course:
#     misconception: >-
#       A reshape in place of a transpose brings the logits into the shape of the loss, and mixes steps and
#       words.
#     section: "Predicting the next word, The reshape that is not needed"
#     question: "Which logits stand beside which target after your reshape?"
#     keeps:  # points of the tasks that lose some, least and most
#       perplexity: [0, 0]
# ---

# %% task="perplexity"
def perplexity(logits: Tensor, targets: Tensor, padding: int = 0) -> float:
    """The perplexity of the words that are not padding."""
    batch, time, vocabulary_size = logits.shape
    losses = F.cross_entropy(logits.reshape(batch, vocabulary_size, time), targets, reduction="none")
    return math.exp(losses[targets != padding].mean().item())
