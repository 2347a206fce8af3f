# ---
# jupyter:
#   course:
#     misconception: "W_hh is multiplied from the wrong side."
#     section: "Training, and what is learnt, The program"
#     question: "Which index of W_hh belongs to the state before, its row or its column?"
#     keeps:  # points of the tasks that lose some, least and most
#       letters: [1, 1]
# ---

# %% task="letters"
def letter_by_letter(tokens: Tensor, lengths: Tensor, weights: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Probabilities (batch, time, K) after each letter, and the answers (batch,)."""
    batch, time = tokens.shape
    h = torch.zeros(batch, len(weights["b_h"]))
    steps = []
    for t in range(time):
        x = weights["E"][tokens[:, t]]
        h = torch.tanh(x @ weights["W_xh"].T + h @ weights["W_hh"] + weights["b_h"])
        steps.append((h @ weights["W_hy"].T + weights["b_y"]).softmax(dim=1))
    probabilities = torch.stack(steps, dim=1)
    answers = probabilities[torch.arange(batch), lengths - 1].argmax(dim=1)
    real = torch.arange(time) < lengths.unsqueeze(1)
    return torch.where(real.unsqueeze(2), probabilities, torch.zeros(())), answers
