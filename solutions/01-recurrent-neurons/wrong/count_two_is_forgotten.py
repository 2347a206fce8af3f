# ---
# jupyter:
#   course:
#     misconception: "No unit keeps the remainder 2 when a 0 is read."
#     section: "What state can do that no window can: parity, Two hidden units are enough"
#     question: "What does your layer say of [1, 1, 0]?"
#     keeps:  # points of the tasks that lose some, least and most
#       remainder: [1, 1]
# ---

# %% task="remainder"
def remainder_weights() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Weights (W_x, W_h, b, w_out) of a layer of step neurons that counts ones modulo 3."""
    # three units, in this order: 0 -> 1 on a one, 1 stays on a zero, 1 -> 2 on a one
    W_x = torch.tensor([[2.0, -2.0, 2.0]])
    W_h = torch.zeros(3, 3)
    for source, (to_one, stay_one, to_two) in enumerate([(-2, 2, 2), (-2, 2, 2), (-2, 0, 0)]):
        W_h[source] = torch.tensor([to_one, stay_one, to_two]).float()
    b = torch.tensor([-1.0, -1.0, -3.0])
    w_out = torch.tensor([1.0, 1.0, 2.0])
    return W_x, W_h, b, w_out
