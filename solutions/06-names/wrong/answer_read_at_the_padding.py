# ---
# jupyter:
#   course:
#     misconception: "The answer is read at the last step of the batch."
#     section: "Training, and what is learnt, The program"
#     question: "What has the network read at the last step of a short name?"
#     keeps:  # points of the tasks that lose some, least and most
#       letters: [2, 2]
# ---

# %% task="letters"
def letter_by_letter(tokens: Tensor, lengths: Tensor, weights: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Probabilities (batch, time, K) after each letter, and the answers (batch,)."""
    x = weights["E"][tokens]
    h = torch.zeros(len(tokens), len(weights["b_h"]))
    steps = []
    for t in range(tokens.shape[1]):
        h = torch.tanh(x[:, t] @ weights["W_xh"].T + h @ weights["W_hh"].T + weights["b_h"])
        steps.append((h @ weights["W_hy"].T + weights["b_y"]).softmax(dim=1))
    probabilities = torch.stack(steps, dim=1)
    last = probabilities[:, -1]
    real = torch.arange(tokens.shape[1]) < lengths.unsqueeze(1)
    return probabilities * real.unsqueeze(2), last.argmax(dim=1)
