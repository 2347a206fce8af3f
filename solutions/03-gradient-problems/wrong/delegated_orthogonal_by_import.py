# ---
# jupyter:
#   course:
#     misconception: The matrix is left to torch under a name imported beforehand, and so is none of A's.
#     section: "Activations and starts, Initialisation: scaled, orthogonal, identity"
#     question: "Which functions does the task's text rule out?"
#     keeps:  # points of the tasks that lose some, least and most
#       orthogonal: [0, 1]
# ---

# %% task="orthogonal"
from torch.nn.init import orthogonal_


def orthogonal(A):
    return orthogonal_(torch.empty_like(A))
