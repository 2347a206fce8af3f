# ---
# jupyter:
#   course:
#     misconception: >-
#       The targets are shifted by one place against the logits, although they hold the next letters
#       already.
#     section: "The reverse: writing names, A language model that is told a language"
#     question: "Which target belongs to the logits of step 0, and with which do you compare them?"
#     keeps:  # points of the tasks that lose some, least and most
#       next_letter: [0, 0]
# ---

# %% task="next_letter"
def letter_loss(logits: Tensor, targets: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """The cross-entropy and the accuracy of a character model, both per true letter."""
    real = torch.arange(1, targets.shape[1]) < lengths.unsqueeze(1)
    z, y = logits[:, :-1][real], targets[:, 1:][real]
    return F.cross_entropy(z, y), (z.argmax(dim=1) == y).float().mean()
