# ---
# jupyter:
#   course:
#     misconception: "The logits come from the state before the step, which has not read the word."
#     section: "Encoder and decoder, The program"
#     question: "Has the state that your logits come from read the word of this step?"
#     keeps:  # points of the tasks that lose some, least and most
#       decoder: [1, 1]
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
    before = state
    state = cell(torch.cat([weights["E"][token], context], dim=1), state)
    return before @ weights["W_out"].T + weights["b_out"], state, alpha


def decode(
    tokens: Tensor, state: Tensor, attend, cell: nn.GRUCell, weights: dict[str, Tensor], free: bool = False
) -> tuple[Tensor, Tensor]:
    """The logits (batch, steps, V) and the attention's weights (batch, steps, time)."""
    logits, alphas = [], []
    token = tokens[:, 0]
    for i in range(tokens.shape[1]):
        if not free:
            token = tokens[:, i]
        z, state, alpha = decoder_step(token, state, attend, cell, weights)
        logits.append(z)
        alphas.append(alpha)
        token = z.argmax(dim=1)
    return torch.stack(logits, dim=1), torch.stack(alphas, dim=1)
