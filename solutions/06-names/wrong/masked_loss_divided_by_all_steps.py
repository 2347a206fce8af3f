# ---
# jupyter:
#   course:
#     misconception: "The masked losses are divided by the number of all steps."
#     section: "The reverse: writing names, A language model that is told a language"
#     question: "What does your loss become when the same names are padded further?"
#     keeps:  # points of the tasks that lose some, least and most
#       next_letter: [0, 0]
# ---

# %% task="next_letter"
def letter_loss(logits: Tensor, targets: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """The cross-entropy and the accuracy of a character model, both per true letter."""
    mask = (torch.arange(targets.shape[1]) < lengths.unsqueeze(1)).float()
    each = F.cross_entropy(logits.transpose(1, 2), targets, reduction="none")
    right = (logits.argmax(dim=2) == targets).float()
    return (each * mask).mean(), (right * mask).sum() / mask.sum()
