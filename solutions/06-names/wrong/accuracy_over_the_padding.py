# ---
# jupyter:
#   course:
#     misconception: "Right answers at the padding count in the accuracy."
#     section: "The reverse: writing names, A language model that is told a language"
#     question: "What does your accuracy become when the padding is predicted well, or badly?"
#     keeps:  # points of the tasks that lose some, least and most
#       next_letter: [0, 0]
# ---

# %% task="next_letter"
def letter_loss(logits: Tensor, targets: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """The cross-entropy and the accuracy of a character model, both per true letter."""
    real = torch.arange(targets.shape[1]) < lengths.unsqueeze(1)
    loss = F.cross_entropy(logits[real], targets[real])
    return loss, (logits.argmax(dim=2) == targets).float().mean()
