# ---
# jupyter:
#   course:
#     misconception: The units fire from 1 and from 2 ones on, and nothing takes the count back to 0.
#     section: "What state can do that no window can: parity, Two hidden units are enough"
#     question: "What does your layer say after three ones, when the count is to be 0 again?"
#     keeps:  # points of the tasks that lose some, least and most
#       remainder: [1, 1]
# ---

# %% task="remainder"
def remainder_weights():
    return torch.ones(1, 2), torch.ones(2, 2), torch.tensor([-0.5, -1.5]), torch.ones(2)
