# ruff: noqa
# A complex answer whose real part is right.
# not noted

# %% task="scale"
def scale(x):
    return torch.complex(2 * x + 1, torch.full_like(x, 7.0))
