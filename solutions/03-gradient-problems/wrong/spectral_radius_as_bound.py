# ---
# jupyter:
#   course:
#     misconception: The bound is made from the largest eigenvalue instead of the largest singular value.
#     section: "A product of Jacobians, Why eigenvalues are not enough"
#     question: "Can a matrix make a vector longer than its largest eigenvalue says?"
#     keeps:  # points of the tasks that lose some, least and most
#       norms: [2, 2]
# ---

# %% task="norms"
def jacobian_norms(states, W_hh, keep):
    n = len(W_hh)
    product = torch.eye(n)
    norms = [torch.tensor(1.0)]
    for new in ((states[1:] - keep * states[:-1]) / (1 - keep)).flip(0):
        product = product @ (keep * torch.eye(n) + (1 - keep) * torch.diag(1 - new**2) @ W_hh)
        norms.insert(0, torch.linalg.matrix_norm(product, 2))
    c = keep + (1 - keep) * torch.linalg.eigvals(W_hh).abs().max()
    return torch.stack(norms), c ** torch.arange(len(states)).flip(0)
