# ---
# jupyter:
#   course:
#     misconception: The matrix is left to torch, which the task forbids; A only lends its shape.
#     section: "Activations and starts, Initialisation: scaled, orthogonal, identity"
#     question: "Which functions does the task's text rule out?"
#     keeps:  # points of the tasks that lose some, least and most
#       orthogonal: [0, 0]
# ---

# %% task="orthogonal"
def orthogonal(A):
    return nn.init.orthogonal_(torch.empty_like(A))
