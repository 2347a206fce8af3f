# ---
# jupyter:
#   course:
#     misconception: The weights of the nn.RNN are frozen.
#     section: "The layer in PyTorch: nn.RNN, Silent mistakes"
#     question: "Can an optimizer train the layer that you return?"
#     keeps:  # points of the tasks that lose some, least and most
#       pytorch: [1, 1]
# ---

# %% task="pytorch"
def to_torch(W_x, W_y, b):
    rnn = nn.RNN(*W_x.shape, batch_first=True)
    rnn.requires_grad_(False)
    rnn.weight_ih_l0.copy_(W_x.T)
    rnn.weight_hh_l0.copy_(W_y.T)
    rnn.bias_ih_l0.copy_(b)
    rnn.bias_hh_l0.zero_()
    return rnn
