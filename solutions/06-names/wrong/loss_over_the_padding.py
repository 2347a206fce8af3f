# ---
# jupyter:
#   course:
#     misconception: "The loss is averaged over all steps, the padding among them."
#     section: "The reverse: writing names, A language model that is told a language"
#     question: "How many steps of the batch are letters, and how many does your loss divide by?"
#     keeps:  # points of the tasks that lose some, least and most
#       next_letter: [0, 0]
# ---

# %% task="next_letter"
def letter_loss(logits: Tensor, targets: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """The cross-entropy and the accuracy of a character model, both per true letter."""
    real = torch.arange(targets.shape[1]) < lengths.unsqueeze(1)
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    right = (logits.argmax(dim=2) == targets)[real]
    return loss, right.float().mean()
