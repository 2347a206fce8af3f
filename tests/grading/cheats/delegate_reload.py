# ruff: noqa
# The forbidden function from a module that is loaded again.

# %% task="sums"
import importlib


def sums(x):
    return importlib.reload(torch.functional).torch._VF.cumsum(x, 0)
