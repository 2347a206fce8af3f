# ---
# jupyter:
#   course:
#     misconception: The product is left to the course's own measure, which the task forbids.
#     section: "A product of Jacobians, A bound"
#     question: "Which functions does the task's text rule out?"
#     keeps:  # points of the tasks that lose some, least and most
#       norms: [0, 0]
# ---

# %% task="norms"
from utils import jacobians


def jacobian_norms(states, W_hh, keep):
    slopes = jacobians.slopes(states[None, 1:])
    norms = jacobians.jacobian_norms(slopes, W_hh)[0].flip(0)
    return norms, torch.linalg.matrix_norm(W_hh, 2) ** torch.arange(len(states)).flip(0)
