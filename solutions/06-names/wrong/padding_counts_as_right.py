# ---
# jupyter:
#   course:
#     misconception: "Padding counts as right, though not as letters."
#     section: "The reverse: writing names, A language model that is told a language"
#     question: "How many of the places that you count as right are letters?"
#     keeps:  # points of the tasks that lose some, least and most
#       next_letter: [0, 0]
# ---

# %% task="next_letter"
def letter_loss(logits, targets, lengths):
    B, T, K = logits.shape
    mask = (torch.arange(T).expand(B, T) < lengths.view(B, 1)).long()
    loss = F.cross_entropy(
        logits.reshape(B * T, K), targets.masked_fill(mask == 0, -100).reshape(B * T), ignore_index=-100
    )
    predicted = logits.argmax(-1) * mask
    hits = (predicted == targets * mask).sum()
    return loss, hits / mask.sum()
