# ---
# jupyter:
#   course:
#     misconception: "The signs turn the rows of Q, not its columns."
#     section: "Activations and starts, Initialisation: scaled, orthogonal, identity"
#     question: "Which vectors of Q belong to the diagonal of R, its rows or its columns?"
#     keeps:  # points of the tasks that lose some, least and most
#       orthogonal: [1, 1]
# ---

# %% task="orthogonal"
def orthogonal(A: Tensor) -> Tensor:
    """Orthonormal columns made of those of A, (rows, columns)."""
    Q, R = torch.linalg.qr(A)
    signs = torch.sign(R.diagonal())
    full = torch.ones(len(A), dtype=A.dtype)
    full[: len(signs)] = signs
    return Q * full[:, None]
