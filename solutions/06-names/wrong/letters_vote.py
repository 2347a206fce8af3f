# ---
# jupyter:
#   course:
#     misconception: >-
#       The answer is the class with the largest sum of probabilities over all letters, not after the last
#       one.
#     section: "Training, and what is learnt, Its opinion after each letter"
#     question: "After which letter is the answer read?"
#     keeps:  # points of the tasks that lose some, least and most
#       letters: [1, 1]
# ---

# %% task="letters"
def letter_by_letter(tokens, lengths, weights):
    batch, time = tokens.shape
    K = weights["b_y"].numel()
    probabilities = torch.zeros(batch, time, K)
    for i in range(batch):
        h = torch.zeros_like(weights["b_h"])
        for t in range(int(lengths[i])):
            x = weights["E"][tokens[i, t]]
            h = torch.tanh(weights["W_xh"] @ x + weights["W_hh"] @ h + weights["b_h"])
            probabilities[i, t] = torch.softmax(weights["W_hy"] @ h + weights["b_y"], dim=0)
    answers = probabilities.sum(dim=1).argmax(dim=1)
    return probabilities, answers
