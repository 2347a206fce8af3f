# ---
# jupyter:
#   course:
#     misconception: "The product and the bound are those of the layer of the chapter, which keeps nothing."
#     section: "A product of Jacobians, A bound"
#     question: "Which part of the old state goes straight into the new one?"
#     keeps:  # points of the tasks that lose some, least and most
#       norms: [0, 0]
# ---

# %% task="norms"
def jacobian_norms(states, W_hh, keep):
    product = torch.eye(len(W_hh))
    norms = [torch.tensor(1.0)]
    for h in states[1:].flip(0):
        product = product @ torch.diag(1 - h**2) @ W_hh
        norms.insert(0, torch.linalg.matrix_norm(product, 2))
    return torch.stack(norms), torch.linalg.matrix_norm(W_hh, 2) ** torch.arange(len(states)).flip(0)
