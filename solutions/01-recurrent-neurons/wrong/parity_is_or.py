# ---
# jupyter:
#   course:
#     misconception: Once a one was read the state stays one; an even number of ones is not undone.
#     keeps:  # points of the tasks that lose some, least and most
#       parity: [1, 1]
# ---

# %% task="parity"
def parity_weights():
    return torch.ones(1, 1), torch.ones(1, 1), torch.tensor([-0.5]), torch.ones(1)
