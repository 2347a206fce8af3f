# ---
# jupyter:
#   course:
#     misconception: >-
#       keep and 1 - keep are exchanged: keep stands with the tanh, and 1 - keep with the old state.
#     section: "A product of Jacobians, From the loss to the first state"
#     question: "Which of the two shares is that of the old state: keep, or 1 - keep?"
#     keeps:  # points of the tasks that lose some, least and most
#       jacobian: [1, 1]
# ---

# %% task="jacobian"
def step_jacobian(x: Tensor, h_prev: Tensor, W_xh: Tensor, W_hh: Tensor, b: Tensor, keep: float) -> Tensor:
    """The derivatives of the new state by the old one, for each example, (batch, n, n)."""
    a = h_prev @ W_hh.T + x @ W_xh.T + b
    slope = 1 - torch.tanh(a) ** 2
    eye = torch.eye(W_hh.shape[0], dtype=W_hh.dtype)
    return (1 - keep) * eye + keep * slope[:, :, None] * W_hh
