# ---
# jupyter:
#   course:
#     misconception: The losses at padding are zero, but they are still counted in the mean.
#     section: "Predicting the next word, The loss of a sequence"
#     question: "By how many places do you divide, and how many of them have a loss?"
#     keeps:  # points of the tasks that lose some, least and most
#       perplexity: [0, 0]
# ---

# %% task="perplexity"
def perplexity(logits, targets, padding=0):
    loss = F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=padding, reduction="none").mean()
    return loss.exp().item()
