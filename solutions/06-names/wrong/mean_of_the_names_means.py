# ---
# jupyter:
#   course:
#     misconception: "The mean is taken over the letters of each name, and then over the names."
#     section: "The reverse: writing names, A language model that is told a language"
#     question: "How much does a letter of a short name count, and how much one of a long name?"
#     keeps:  # points of the tasks that lose some, least and most
#       next_letter: [0, 0]
# ---

# %% task="next_letter"
def letter_loss(logits: Tensor, targets: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """The cross-entropy and the accuracy of a character model, both per true letter."""
    losses, shares = [], []
    for scores, wanted, length in zip(logits, targets, lengths.tolist(), strict=True):
        losses.append(F.cross_entropy(scores[:length], wanted[:length]))
        shares.append((scores[:length].argmax(dim=1) == wanted[:length]).float().mean())
    return torch.stack(losses).mean(), torch.stack(shares).mean()
