# ---
# jupyter:
#   course:
#     misconception: "The second bias keeps the random numbers that nn.RNN starts with."
#     section: "The layer in PyTorch: nn.RNN, Our loop and PyTorch's"
#     question: "How many biases does nn.RNN add up in one step, and what stands in each of yours?"
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
        rnn.weight_hh_l0.copy_(W_y.T)
        rnn.bias_ih_l0.copy_(b)
    return rnn
