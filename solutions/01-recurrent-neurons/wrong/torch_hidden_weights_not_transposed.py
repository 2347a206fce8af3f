# ---
# jupyter:
#   course:
#     misconception: "Only W_x is transposed; W_y goes into weight_hh_l0 as it is."
#     section: "The layer in PyTorch: nn.RNN, Our loop and PyTorch's"
#     question: "Which index of weight_hh_l0 belongs to the unit that reads, and which of W_y?"
#     keeps:  # points of the tasks that lose some, least and most
#       pytorch: [1, 1]
# ---

# %% task="pytorch"
def to_torch(W_x: Tensor, W_y: Tensor, b: Tensor) -> nn.RNN:
    """An nn.RNN, batch first, with these weights."""
    input_size, hidden_size = W_x.shape
    rnn = nn.RNN(input_size, hidden_size, batch_first=True, dtype=W_x.dtype)
    with torch.no_grad():
        rnn.weight_ih_l0.copy_(W_x.T)
        rnn.weight_hh_l0.copy_(W_y)
        rnn.bias_ih_l0.copy_(b)
        rnn.bias_hh_l0.zero_()
    return rnn
