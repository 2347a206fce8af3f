# ---
# jupyter:
#   course:
#     misconception: The units count the ones one by one, up to eight, and nothing takes the count back to 0.
#     section: "What state can do that no window can: parity, Two hidden units are enough"
#     question: "What does your layer say after nine ones, and after a hundred?"
#     keeps:  # points of the tasks that lose some, least and most
#       remainder: [1, 1]
# ---

# %% task="remainder"
def remainder_weights():
    n = 8
    W_h = 2 * torch.eye(n) + torch.diag(torch.ones(n - 1), diagonal=1)
    b = torch.full((n,), -1.5)
    b[0] = -0.5
    w_out = torch.tensor([-2.0 if (k + 1) % 3 == 0 else 1.0 for k in range(n)])
    return torch.ones(1, n), W_h, b, w_out
