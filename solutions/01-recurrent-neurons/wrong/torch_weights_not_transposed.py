# ---
# jupyter:
#   course:
#     misconception: nn.RNN is taken to multiply from the right, as the formula does.
#     section: "The layer in PyTorch: nn.RNN, Our loop and PyTorch's"
#     question: "Has nn.RNN a row or a column of its weights for each neuron?"
#     keeps:  # points of the tasks that lose some, least and most
#       pytorch: [1, 1]
# ---

# %% task="pytorch"
def to_torch(W_x, W_y, b):
    rnn = nn.RNN(*W_x.shape, batch_first=True)
    with torch.no_grad():
        rnn.weight_ih_l0.set_(W_x.reshape(rnn.weight_ih_l0.shape).clone())
        rnn.weight_hh_l0.copy_(W_y)
        rnn.bias_ih_l0.copy_(b)
        rnn.bias_hh_l0.zero_()
    return rnn
