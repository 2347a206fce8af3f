# ruff: noqa
# The forbidden function as a method.

# %% task="sums"
def sums(x):
    return x.cumsum(0)
