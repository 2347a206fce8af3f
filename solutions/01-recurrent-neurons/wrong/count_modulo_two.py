# ---
# jupyter:
#   course:
#     misconception: The weights of parity count modulo 2, not 3.
#     section: "What state can do that no window can: parity, Two hidden units are enough"
#     question: "What do your weights say after three ones, and what after two?"
#     keeps:  # points of the tasks that lose some, least and most
#       remainder: [1, 1]
# ---

# %% task="remainder"
def remainder_weights():
    W_h = torch.tensor([[1.0, 1.0], [-1.0, -1.0]])
    return torch.ones(1, 2), W_h, torch.tensor([-0.5, -1.5]), torch.tensor([1.0, -1.0])
