# ---
# jupyter:
#   course:
#     misconception: "A name starts from the state in which the name before it ended."
#     section: "Training, and what is learnt, The program"
#     question: "In which state does the network begin to read a name?"
#     keeps:  # points of the tasks that lose some, least and most
#       letters: [1, 2]
# ---

# %% task="letters"
def letter_by_letter(tokens: Tensor, lengths: Tensor, weights: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Probabilities (batch, time, K) after each letter, and the answers (batch,)."""
    x = weights["E"][tokens]
    h = torch.zeros(len(weights["b_h"]))
    probabilities = torch.zeros(*tokens.shape, len(weights["b_y"]))
    for i in range(len(tokens)):
        for t in range(int(lengths[i])):
            h = torch.tanh(weights["W_xh"] @ x[i, t] + weights["W_hh"] @ h + weights["b_h"])
            probabilities[i, t] = (weights["W_hy"] @ h + weights["b_y"]).softmax(dim=0)
    last = probabilities[torch.arange(len(tokens)), lengths - 1]
    real = torch.arange(tokens.shape[1]) < lengths.unsqueeze(1)
    return probabilities * real.unsqueeze(2), last.argmax(dim=1)
