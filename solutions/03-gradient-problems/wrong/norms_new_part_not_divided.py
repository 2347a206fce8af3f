# ---
# jupyter:
#   course:
#     misconception: >-
#       What is left of the state without its old share is taken for tanh(a); it is a share of tanh(a).
#     section: "A product of Jacobians, From the loss to the first state"
#     question: "By what is tanh(a) multiplied before it becomes part of the state?"
#     keeps:  # points of the tasks that lose some, least and most
#       norms: [2, 2]
# ---

# %% task="norms"
def jacobian_norms(states: Tensor, W_hh: Tensor, keep: float) -> tuple[Tensor, Tensor]:
    """The norms of dh_T/dh_t and their bounds, for t = 1, ..., T."""
    T, n = states.shape
    eye = torch.eye(n, dtype=states.dtype)
    c = keep + (1 - keep) * torch.linalg.matrix_norm(W_hh, ord=2)
    norms, bounds = torch.ones(T, dtype=states.dtype), torch.ones(T, dtype=states.dtype)
    product = eye
    for t in range(T - 2, -1, -1):
        tanh = states[t + 1] - keep * states[t]
        step = keep * eye + (1 - keep) * (1 - tanh**2)[:, None] * W_hh
        product = product @ step
        norms[t] = torch.linalg.matrix_norm(product, ord=2)
        bounds[t] = c ** (T - 1 - t)
    return norms, bounds
