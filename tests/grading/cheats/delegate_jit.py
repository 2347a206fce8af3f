# ruff: noqa
# The forbidden function inside a program of TorchScript.

# %% task="sums"
program = torch.jit.CompilationUnit("""
def run(x):
    return torch.cumsum(x, 0)
""")


def sums(x):
    return program.run(x)
