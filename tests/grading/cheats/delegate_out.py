# ruff: noqa
# The forbidden function with a place for its result.

# %% task="sums"
def sums(x):
    return torch.ops.aten.cumsum.out(x, 0, out=torch.empty_like(x))
