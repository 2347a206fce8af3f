# ---
# jupyter:
#   course:
#     misconception: The norms of the single steps are multiplied instead of the matrices.
#     section: "A product of Jacobians, A bound"
#     question: "Is the norm of a product the product of the norms?"
#     keeps:  # points of the tasks that lose some, least and most
#       norms: [2, 2]
# ---

# %% task="norms"
def jacobian_norms(states, W_hh, keep):
    norms = [torch.tensor(1.0)]
    for new in ((states[1:] - keep * states[:-1]) / (1 - keep)).flip(0):
        step = keep * torch.eye(len(W_hh)) + (1 - keep) * torch.diag(1 - new**2) @ W_hh
        norms.insert(0, norms[0] * torch.linalg.matrix_norm(step, 2))
    c = keep + (1 - keep) * torch.linalg.matrix_norm(W_hh, 2)
    return torch.stack(norms), c ** torch.arange(len(states)).flip(0)
