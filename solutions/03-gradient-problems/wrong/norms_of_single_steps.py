# ---
# jupyter:
#   course:
#     misconception: The norms of the single steps are multiplied instead of the matrices.
#     keeps:  # points of the tasks that lose some, least and most
#       norms: [2, 2]
# ---

# %% task="norms"
def jacobian_norms(states, W_hh):
    norms = [torch.tensor(1.0)]
    for h in states[1:].flip(0):
        norms.insert(0, norms[0] * torch.linalg.matrix_norm(torch.diag(1 - h**2) @ W_hh, 2))
    sigma = torch.linalg.matrix_norm(W_hh, 2)
    return torch.stack(norms), sigma ** torch.arange(len(states)).flip(0)
