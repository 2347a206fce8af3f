# ---
# jupyter:
#   course:
#     misconception: batch_first is left at its default, False.
#     section: "The layer in PyTorch: nn.RNN, Silent mistakes"
#     question: "Which axis does nn.RNN take for the batch, when nothing else is said?"
#     keeps:  # points of the tasks that lose some, least and most
#       pytorch: [2, 2]
# ---

# %% task="pytorch"
def to_torch(W_x, W_y, b):
    rnn = nn.RNN(*W_x.shape)
    with torch.no_grad():
        rnn.weight_ih_l0.copy_(W_x.T)
        rnn.weight_hh_l0.copy_(W_y.T)
        rnn.bias_ih_l0.copy_(b)
        rnn.bias_hh_l0.zero_()
    return rnn
