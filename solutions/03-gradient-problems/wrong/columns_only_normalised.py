# ---
# jupyter:
#   course:
#     misconception: The columns get length 1 but are not made orthogonal.
#     section: "Activations and starts, Initialisation: scaled, orthogonal, identity"
#     question: "What is the product of two different columns of your matrix?"
#     keeps:  # points of the tasks that lose some, least and most
#       orthogonal: [0, 0]
# ---

# %% task="orthogonal"
def orthogonal(A):
    return A / A.norm(dim=0)
