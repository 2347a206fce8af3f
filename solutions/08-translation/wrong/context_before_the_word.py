# ---
# jupyter:
#   course:
#     misconception: "The cell gets the context first and then the word."
#     section: "Attention, Line by line"
#     question: "In which order do word and context enter the cell, by the task's text?"
#     keeps:  # points of the tasks that lose some, least and most
#       decoder: [1, 1]
# ---

# %% task="decoder"
def first_state(states: Tensor, lengths: Tensor, weights: dict[str, Tensor]) -> Tensor:
    """s_0, (batch, n)."""
    half = states.shape[2] // 2
    forward = states[lengths - 1, torch.arange(len(lengths)), :half]
    h = torch.cat([forward, states[0, :, half:]], dim=1)
    return torch.tanh(h @ weights["W_0"].T + weights["b_0"])


def decoder_step(
    token: Tensor, state: Tensor, attend, cell: nn.GRUCell, weights: dict[str, Tensor]
) -> tuple[Tensor, Tensor, Tensor]:
    """The logits (batch, V), the new state (batch, n) and the attention's weights (batch, time)."""
    context, alpha = attend(state)
    state = cell(torch.cat([context, weights["E"][token]], dim=1), state)
    return state @ weights["W_out"].T + weights["b_out"], state, alpha


def decode(
    tokens: Tensor, state: Tensor, attend, cell: nn.GRUCell, weights: dict[str, Tensor], free: bool = False
) -> tuple[Tensor, Tensor]:
    """The logits (batch, steps, V) and the attention's weights (batch, steps, time)."""
    logits, alphas = [], []
    for i in range(tokens.shape[1]):
        token = logits[-1].argmax(dim=1) if free and i > 0 else tokens[:, i]
        z, state, alpha = decoder_step(token, state, attend, cell, weights)
        logits.append(z)
        alphas.append(alpha)
    return torch.stack(logits, dim=1), torch.stack(alphas, dim=1)
