# ---
# jupyter:
#   course:
#     misconception: >-
#       Only the part along the column before is taken away; a third column keeps its part along the first.
#     section: "Activations and starts, Initialisation: scaled, orthogonal, identity"
#     question: "Which columns must the third be orthogonal to?"
#     keeps:  # points of the tasks that lose some, least and most
#       orthogonal: [0, 0]
# ---

# %% task="orthogonal"
def orthogonal(A: Tensor) -> Tensor:
    """Orthonormal columns made of those of A, (rows, columns)."""
    columns = []
    for a in A.T:
        v = a.clone()
        if columns:
            q = columns[-1]
            v = v - torch.dot(q, v) * q
        columns.append(v / torch.linalg.vector_norm(v))
    return torch.stack(columns, dim=1)
