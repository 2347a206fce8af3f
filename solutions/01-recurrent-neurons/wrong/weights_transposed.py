# ---
# jupyter:
#   course:
#     misconception: A weight matrix has one row a neuron, as in nn.Linear, instead of one column.
#     section: "A neuron with a memory, Three ways to write the same step"
#     question: "Does a neuron have a row or a column of the weights in this notebook?"
#     keeps:  # points of the tasks that lose some, least and most
#       remainder: [0, 0]
# ---

# %% task="remainder"
def remainder_weights():
    w_out = torch.tensor([1.0, 1.0, -2.0])
    return torch.ones(3, 1), w_out.repeat(3, 1), torch.tensor([-0.5, -1.5, -2.5]), w_out
