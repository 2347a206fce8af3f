# ---
# jupyter:
#   course:
#     misconception: "What is read next is the mean of all words' vectors, weighted by their probabilities."
#     section: "Encoder and decoder, The program"
#     question: "Which word does the decoder read after a step?"
#     keeps:  # points of the tasks that lose some, least and most
#       decoder: [3, 3]
# ---

# %% task="decoder"
def first_state(states: Tensor, lengths: Tensor, weights: dict[str, Tensor]) -> Tensor:
    """s_0, (batch, n)."""
    half = states.shape[2] // 2
    rows = torch.arange(states.shape[1])
    h = torch.cat([states[lengths - 1, rows, :half], states[0, :, half:]], dim=1)
    return torch.tanh(h @ weights["W_0"].T + weights["b_0"])


def decoder_step(
    token: Tensor, state: Tensor, attend, cell: nn.GRUCell, weights: dict[str, Tensor]
) -> tuple[Tensor, Tensor, Tensor]:
    """The logits (batch, V), the new state (batch, n) and the attention's weights (batch, time)."""
    context, alpha = attend(state)
    state = cell(torch.cat([weights["E"][token], context], dim=1), state)
    return state @ weights["W_out"].T + weights["b_out"], state, alpha


def decode(tokens, state, attend, cell, weights, free=False):
    E = weights["E"]
    steps = tokens.shape[1]
    x = E[tokens[:, 0]]
    out, att = [], []
    for t in range(steps):
        c, alpha = attend(state)
        state = cell(torch.cat([x, c], dim=-1), state)
        z = state @ weights["W_out"].T + weights["b_out"]
        out.append(z)
        att.append(alpha)
        if t + 1 < steps:
            x = torch.softmax(z, dim=-1) @ E if free else E[tokens[:, t + 1]]
    return torch.stack(out, 1), torch.stack(att, 1)
