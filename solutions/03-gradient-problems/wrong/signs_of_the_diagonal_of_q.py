# ---
# jupyter:
#   course:
#     misconception: "The signs are taken from the diagonal of Q, not of R."
#     section: "Activations and starts, Initialisation: scaled, orthogonal, identity"
#     question: "Which of the two triangles' diagonals has to be positive?"
#     keeps:  # points of the tasks that lose some, least and most
#       orthogonal: [1, 1]
# ---

# %% task="orthogonal"
def orthogonal(A: Tensor) -> Tensor:
    """Orthonormal columns made of those of A, (rows, columns)."""
    Q, _ = torch.linalg.qr(A, mode="reduced")
    Q = Q.clone()
    for j in range(A.size(1)):
        if Q[j, j] < 0:
            Q[:, j] = -Q[:, j]
    return Q
