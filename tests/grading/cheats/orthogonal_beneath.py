# ruff: noqa
# What torch's orthogonal parametrization is made of.
# of: gradient_problems

# %% task="orthogonal"
def orthogonal(A):
    return torch.nn.utils.parametrizations._make_orthogonal(A)
