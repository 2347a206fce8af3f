# ---
# jupyter:
#   course:
#     misconception: Padding is taken to be 0, whatever the argument says.
#     keeps:  # points of the tasks that lose some, least and most
#       perplexity: [0, 0]
# ---

# %% task="perplexity"
def perplexity(logits, targets, padding=0):
    loss = F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=0)
    return loss.exp().item()
