# ---
# jupyter:
#   course:
#     misconception: >-
#       W_x is brought to its shape by a reshape, which mixes its numbers, and not by transposing.
#     section: "The layer in PyTorch: nn.RNN, Our loop and PyTorch's"
#     question: "Which number stands in row 0, column 1 after your reshape?"
#     keeps:  # points of the tasks that lose some, least and most
#       pytorch: [1, 1]
# ---

# %% task="pytorch"
def to_torch(W_x: Tensor, W_y: Tensor, b: Tensor) -> nn.RNN:
    """An nn.RNN, batch first, with these weights."""
    input_size, hidden_size = W_x.shape
    rnn = nn.RNN(input_size, hidden_size, batch_first=True, dtype=W_x.dtype)
    with torch.no_grad():
        rnn.weight_ih_l0.copy_(W_x.reshape(hidden_size, input_size))
        rnn.weight_hh_l0.copy_(W_y.T)
        rnn.bias_ih_l0.copy_(b)
        rnn.bias_hh_l0.zero_()
    return rnn
