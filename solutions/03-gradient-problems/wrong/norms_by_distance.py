# ---
# jupyter:
#   course:
#     misconception: The norms are listed by distance, so that the last step comes first.
#     keeps:  # points of the tasks that lose some, least and most
#       norms: [0, 0]
# ---

# %% task="norms"
def jacobian_norms(states, W_hh):
    product = torch.eye(len(W_hh))
    norms = [torch.tensor(1.0)]
    for h in states[1:].flip(0):
        product = product @ torch.diag(1 - h**2) @ W_hh
        norms.append(torch.linalg.matrix_norm(product, 2))
    return torch.stack(norms), torch.linalg.matrix_norm(W_hh, 2) ** torch.arange(len(states))
