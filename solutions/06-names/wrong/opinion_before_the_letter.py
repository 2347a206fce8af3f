# ---
# jupyter:
#   course:
#     misconception: >-
#       The opinion at each place is that of the state before its letter is read: the first comes from
#       zeros, and the last letter is not heard.
#     section: "Training, and what is learnt, Its opinion after each letter"
#     question: "Which letters has the state read from which your first opinion comes?"
#     keeps:  # points of the tasks that lose some, least and most
#       letters: [0, 0]
# ---

# %% task="letters"
def letter_by_letter(tokens: Tensor, lengths: Tensor, weights: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Probabilities (batch, time, K) after each letter, and the answers (batch,)."""
    batch, time = tokens.shape
    h = torch.zeros(batch, len(weights["b_h"]))
    steps = []
    for t in range(time):
        x = weights["E"][tokens[:, t]]
        steps.append((h @ weights["W_hy"].T + weights["b_y"]).softmax(dim=1))
        h = torch.tanh(x @ weights["W_xh"].T + h @ weights["W_hh"].T + weights["b_h"])
    probabilities = torch.stack(steps, dim=1)
    answers = probabilities[torch.arange(batch), lengths - 1].argmax(dim=1)
    real = torch.arange(time) < lengths.unsqueeze(1)
    return torch.where(real.unsqueeze(2), probabilities, torch.zeros(())), answers
