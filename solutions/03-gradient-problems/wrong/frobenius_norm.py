# ---
# jupyter:
#   course:
#     misconception: The Frobenius norm, norm()'s default, is taken for the largest singular value.
#     keeps:  # points of the tasks that lose some, least and most
#       norms: [0, 0]
# ---

# %% task="norms"
def jacobian_norms(states, W_hh):
    product = torch.eye(len(W_hh))
    norms = [torch.tensor(1.0)]
    for h in states[1:].flip(0):
        product = product @ torch.diag(1 - h**2) @ W_hh
        norms.insert(0, product.norm())
    return torch.stack(norms), W_hh.norm() ** torch.arange(len(states)).flip(0)
