# ---
# jupyter:
#   course:
#     misconception: A weight matrix has one row a neuron, as in nn.Linear, instead of one column.
#     keeps:  # points of the tasks that lose some, least and most
#       parity: [0, 0]
# ---

# %% task="parity"
def parity_weights():
    W_h = torch.tensor([[1.0, -1.0], [1.0, -1.0]])
    return torch.ones(2, 1), W_h, torch.tensor([-0.5, -1.5]), torch.tensor([1.0, -1.0])
