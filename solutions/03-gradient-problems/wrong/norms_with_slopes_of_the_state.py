# ---
# jupyter:
#   course:
#     misconception: "The slopes are 1 - h² of the states as they come, which hold a share of the old ones."
#     section: "A product of Jacobians, From the loss to the first state"
#     question: "Is the state of this layer a tanh of something?"
#     keeps:  # points of the tasks that lose some, least and most
#       norms: [2, 2]
# ---

# %% task="norms"
def jacobian_norms(states, W_hh, keep):
    n = len(W_hh)
    product = torch.eye(n)
    norms = [torch.tensor(1.0)]
    for h in states[1:].flip(0):
        product = product @ (keep * torch.eye(n) + (1 - keep) * torch.diag(1 - h**2) @ W_hh)
        norms.insert(0, torch.linalg.matrix_norm(product, 2))
    c = keep + (1 - keep) * torch.linalg.matrix_norm(W_hh, 2)
    return torch.stack(norms), c ** torch.arange(len(states)).flip(0)
