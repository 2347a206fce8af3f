# ---
# jupyter:
#   course:
#     misconception: "The accuracy is a mean of the names' accuracies."
#     section: "The reverse: writing names, A language model that is told a language"
#     question: "How many letters of all are right?"
#     keeps:  # points of the tasks that lose some, least and most
#       next_letter: [0, 0]
# ---

# %% task="next_letter"
def letter_loss(logits: Tensor, targets: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """The cross-entropy and the accuracy of a character model, both per true letter."""
    real = torch.arange(targets.shape[1]) < lengths.unsqueeze(1)
    z, y = logits[real], targets[real]
    right = (logits.argmax(dim=2) == targets) & real
    return F.cross_entropy(z, y), (right.sum(dim=1) / lengths).mean()
