# ---
# jupyter:
#   course:
#     misconception: "The loss is made one number before the mask, which has nothing left to choose from."
#     section: "The reverse: writing names, A language model that is told a language"
#     question: "What shape has your loss when the mask is applied to it?"
#     keeps:  # points of the tasks that lose some, least and most
#       next_letter: [0, 0]
# ---

# %% task="next_letter"
def letter_loss(logits: Tensor, targets: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """The cross-entropy and the accuracy of a character model, both per true letter."""
    mask = (torch.arange(targets.shape[1]) < lengths.unsqueeze(1)).float()
    loss = F.cross_entropy(logits.transpose(1, 2), targets)
    loss = (loss * mask).mean()
    right = (logits.argmax(dim=2) == targets).float()
    return loss, (right * mask).sum() / mask.sum()
