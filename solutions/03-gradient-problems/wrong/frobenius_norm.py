# ---
# jupyter:
#   course:
#     misconception: The Frobenius norm, norm()'s default, is taken for the largest singular value.
#     section: "A product of Jacobians, A bound"
#     question: "By how much does the identity of size 4 lengthen a vector, and what does your norm say?"
#     keeps:  # points of the tasks that lose some, least and most
#       norms: [0, 0]
# ---

# %% task="norms"
def jacobian_norms(states, W_hh, keep):
    n = len(W_hh)
    product = torch.eye(n)
    norms = [torch.tensor(1.0)]
    for new in ((states[1:] - keep * states[:-1]) / (1 - keep)).flip(0):
        product = product @ (keep * torch.eye(n) + (1 - keep) * torch.diag(1 - new**2) @ W_hh)
        norms.insert(0, product.norm())
    c = keep + (1 - keep) * W_hh.norm()
    return torch.stack(norms), c ** torch.arange(len(states)).flip(0)
