# ---
# jupyter:
#   course:
#     misconception: The logarithm of softmax, which is infinite where a probability is rounded to 0.
#     section: "Predicting the next word, The loss of a sequence"
#     question: "What is the logarithm of a probability that is rounded to 0?"
#     keeps:  # points of the tasks that lose some, least and most
#       perplexity: [0, 0]
# ---

# %% task="perplexity"
def perplexity(logits, targets, padding=0):
    p = torch.softmax(logits, dim=-1).gather(2, targets.unsqueeze(2)).squeeze(2)
    return torch.exp(-p[targets != padding].log().mean()).item()
