# ---
# jupyter:
#   course:
#     misconception: The weights of the nn.LSTM are frozen.
#     section: "PyTorch's LSTM, and the GRU, All weights in two matrices"
#     question: "Can an optimizer train the layer that you return?"
#     keeps:  # points of the tasks that lose some, least and most
#       load: [1, 1]
# ---

# %% task="load"
def load_gates(gates):
    W_x, W_h, b = (torch.cat([gates[gate][k].T for gate in "ifgo"]) for k in range(3))
    lstm = nn.LSTM(W_x.shape[1], W_h.shape[1], batch_first=True).requires_grad_(False)
    lstm.weight_ih_l0.copy_(W_x)
    lstm.weight_hh_l0.copy_(W_h)
    lstm.bias_ih_l0.copy_(b)
    lstm.bias_hh_l0.zero_()
    return lstm
