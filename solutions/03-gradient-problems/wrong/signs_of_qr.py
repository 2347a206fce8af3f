# ---
# jupyter:
#   course:
#     misconception: The signs are left as the QR decomposition happened to choose them.
#     section: "Activations and starts, Initialisation: scaled, orthogonal, identity"
#     question: "Does your answer depend on how the decomposition happened to choose its signs?"
#     keeps:  # points of the tasks that lose some, least and most
#       orthogonal: [1, 1]
# ---

# %% task="orthogonal"
def orthogonal(A):
    return torch.linalg.qr(A).Q
