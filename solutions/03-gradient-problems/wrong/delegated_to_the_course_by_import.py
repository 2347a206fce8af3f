# ---
# jupyter:
#   course:
#     misconception: The product is left to the course's measure under a name imported beforehand.
#     section: "A product of Jacobians, A bound"
#     question: "Which functions does the task's text rule out?"
#     keeps:  # points of the tasks that lose some, least and most
#       norms: [0, 0]
# ---

# %% task="norms"
from utils.jacobians import jacobian_norms as measured
from utils.jacobians import slopes


def jacobian_norms(states, W_hh, keep):
    norms = measured(slopes(states[None, 1:]), W_hh)[0].flip(0)
    return norms, torch.linalg.matrix_norm(W_hh, 2) ** torch.arange(len(states)).flip(0)
