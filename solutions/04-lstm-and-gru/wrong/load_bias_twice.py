# ---
# jupyter:
#   course:
#     misconception: Each of the two biases gets the whole of b.
#     section: "PyTorch's LSTM, and the GRU, All weights in two matrices"
#     question: "How many biases does nn.LSTM add up for a gate?"
#     keeps:  # points of the tasks that lose some, least and most
#       load: [1, 1]
# ---

# %% task="load"
def load_gates(gates):
    lstm = nn.LSTM(*gates["i"][0].shape, batch_first=True)
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(torch.cat([gates[gate][0].T for gate in "ifgo"]))
        lstm.weight_hh_l0.copy_(torch.cat([gates[gate][1].T for gate in "ifgo"]))
        lstm.bias_ih_l0.copy_(torch.cat([gates[gate][2] for gate in "ifgo"]))
        lstm.bias_hh_l0.copy_(lstm.bias_ih_l0)
    return lstm
