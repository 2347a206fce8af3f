# ---
# jupyter:
#   course:
#     misconception: "Targets of 0 are padding, and everything else is a letter."
#     section: "The reverse: writing names, A language model that is told a language"
#     question: "Which of its arguments tells your function where a name ends?"
#     keeps:  # points of the tasks that lose some, least and most
#       next_letter: [0, 0]
# ---

# %% task="next_letter"
def letter_loss(logits: Tensor, targets: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """The cross-entropy and the accuracy of a character model, both per true letter."""
    real = targets != 0
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=0)
    return loss, (logits.argmax(dim=2) == targets)[real].float().mean()
