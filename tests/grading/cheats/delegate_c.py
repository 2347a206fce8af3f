# ruff: noqa
# The forbidden function in torch's own tables.

# %% task="sums"
def sums(x):
    return torch._C._VariableFunctions.cumsum(x, 0)
