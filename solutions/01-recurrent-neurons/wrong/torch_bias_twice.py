# ---
# jupyter:
#   course:
#     misconception: Each of the two biases gets the whole of b.
#     section: "The layer in PyTorch: nn.RNN, Our loop and PyTorch's"
#     question: "How many biases does nn.RNN add up in one step?"
#     keeps:  # points of the tasks that lose some, least and most
#       pytorch: [1, 1]
# ---

# %% task="pytorch"
def to_torch(W_x, W_y, b):
    rnn = nn.RNN(*W_x.shape, batch_first=True)
    with torch.no_grad():
        rnn.weight_ih_l0.copy_(W_x.T)
        rnn.weight_hh_l0.copy_(W_y.T)
        rnn.bias_ih_l0.copy_(b)
        rnn.bias_hh_l0.copy_(b)
    return rnn
