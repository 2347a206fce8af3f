# ---
# jupyter:
#   course:
#     misconception: The perplexities of the sentences are averaged.
#     section: "Predicting the next word, The loss of a sequence"
#     question: "Does a word of a short sentence count more than one of a long sentence?"
#     keeps:  # points of the tasks that lose some, least and most
#       perplexity: [0, 0]
# ---

# %% task="perplexity"
def perplexity(logits, targets, padding=0):
    losses = F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=padding, reduction="none")
    lengths = (targets != padding).sum(dim=1)
    return (losses.sum(dim=1) / lengths).exp().mean().item()
