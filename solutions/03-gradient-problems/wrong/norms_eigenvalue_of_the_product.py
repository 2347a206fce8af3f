# ---
# jupyter:
#   course:
#     misconception: >-
#       The norm of a product is taken to be its largest eigenvalue, not its largest singular value.
#     section: "A product of Jacobians, Why eigenvalues are not enough"
#     question: "Can a matrix whose eigenvalues are all 0 make a vector longer?"
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
        tanh = (states[t + 1] - keep * states[t]) / (1 - keep)
        step = keep * eye + (1 - keep) * (1 - tanh**2)[:, None] * W_hh
        product = product @ step
        norms[t] = torch.linalg.eigvals(product).abs().max()
        bounds[t] = c ** (T - 1 - t)
    return norms, bounds
