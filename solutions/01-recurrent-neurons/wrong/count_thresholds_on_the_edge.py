# ---
# jupyter:
#   course:
#     misconception: "The thresholds lie exactly on the sums that should fire, but the step is 0 at 0."
#     section: "What state can do that no window can: parity, Two hidden units are enough"
#     question: "What is step(0) in this task, and which of your units gets the sum 0?"
#     keeps:  # points of the tasks that lose some, least and most
#       remainder: [1, 1]
# ---

# %% task="remainder"
def remainder_weights() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Weights (W_x, W_h, b, w_out) of a layer of step neurons that counts ones modulo 3."""
    # unit k fires when the old remainder plus the bit reaches k = 1, 2, 3
    w_out = torch.tensor([1.0, 1.0, -2.0])
    W_x = torch.ones(1, 3)
    W_h = w_out[:, None] * torch.ones(1, 3)
    b = -torch.tensor([1.0, 2.0, 3.0])
    return W_x, W_h, b, w_out
