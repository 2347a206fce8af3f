# ---
# jupyter:
#   course:
#     misconception: >-
#       W_h is made for columns, with a row for the unit that receives; here the state stands on the left.
#     section: "A neuron with a memory, Three ways to write the same step"
#     question: "Does row i of W_h belong to the unit that sends, or to the one that receives?"
#     keeps:  # points of the tasks that lose some, least and most
#       remainder: [1, 1]
# ---

# %% task="remainder"
def remainder_weights() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Weights (W_x, W_h, b, w_out) of a layer of step neurons that counts ones modulo 3."""
    # A: was 0, read 1.  B: was 1, read 0.  C: was 1, read 1.  D: was 2, read 0.
    # remainder 1 is "A or B fires", remainder 2 is "C or D fires", else 0
    W_x = torch.tensor([[1.0, -1.0, 1.0, -1.0]])
    W_h = torch.tensor(
        [
            [-1.0, -1.0, -1.0, -1.0],  # A
            [1.0, 1.0, 0.0, 0.0],  # B
            [1.0, 1.0, 0.0, 0.0],  # C
            [0.0, 0.0, 1.0, 1.0],  # D
        ]
    )
    b = torch.tensor([-0.5, -0.5, -1.5, -0.5])
    w_out = torch.tensor([1.0, 1.0, 2.0, 2.0])
    return W_x, W_h, b, w_out
