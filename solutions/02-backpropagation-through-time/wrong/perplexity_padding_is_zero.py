# ---
# jupyter:
#   course:
#     misconception: Padding is taken to be 0, whatever the argument says.
#     section: "Predicting the next word, The loss of a sequence"
#     question: "Does your answer change when another number stands for padding?"
#     keeps:  # points of the tasks that lose some, least and most
#       perplexity: [0, 0]
# ---

# %% task="perplexity"
def perplexity(logits, targets, padding=0):
    loss = F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=0)
    return loss.exp().item()
