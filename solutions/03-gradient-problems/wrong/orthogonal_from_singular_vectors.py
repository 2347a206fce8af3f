# ---
# jupyter:
#   course:
#     misconception: >-
#       Q is made from the singular vectors of A; its columns are orthonormal, but Q transposed times A is
#       not triangular.
#     section: "Activations and starts, Initialisation: scaled, orthogonal, identity"
#     question: "Which entries of Q transposed times A must be 0, and are they?"
#     keeps:  # points of the tasks that lose some, least and most
#       orthogonal: [1, 1]
# ---

# %% task="orthogonal"
def orthogonal(A: Tensor) -> Tensor:
    """Orthonormal columns made of those of A, (rows, columns)."""
    U, _, Vh = torch.linalg.svd(A, full_matrices=False)
    return U @ Vh
