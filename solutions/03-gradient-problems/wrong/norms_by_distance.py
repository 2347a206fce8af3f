# ---
# jupyter:
#   course:
#     misconception: The norms are listed by distance, so that the last step comes first.
#     section: "A product of Jacobians, From the loss to the first state"
#     question: "To which step does the first of your norms belong?"
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
        norms.append(torch.linalg.matrix_norm(product, 2))
    c = keep + (1 - keep) * torch.linalg.matrix_norm(W_hh, 2)
    return torch.stack(norms), c ** torch.arange(len(states))
