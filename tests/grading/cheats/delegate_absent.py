# ruff: noqa
# The function exists only where nothing is forbidden.

# %% task="sums"
torch.cumsum(torch.ones(1), 0)  # where this fails, the next lines are not run


def sums(x):
    return torch.cumsum(x, 0)
