# ---
# jupyter:
#   course:
#     misconception: The recurrent weights are not transposed, which their square shape does not tell.
#     section: "PyTorch's LSTM, and the GRU, All weights in two matrices"
#     question: "Has nn.LSTM a row or a column of its weights for each unit?"
#     keeps:  # points of the tasks that lose some, least and most
#       load: [1, 1]
# ---

# %% task="load"
def load_gates(gates):
    lstm = nn.LSTM(*gates["i"][0].shape, batch_first=True)
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(torch.cat([gates[gate][0].T for gate in "ifgo"]))
        lstm.weight_hh_l0.copy_(torch.cat([gates[gate][1] for gate in "ifgo"]))
        lstm.bias_ih_l0.copy_(torch.cat([gates[gate][2] for gate in "ifgo"]))
        lstm.bias_hh_l0.zero_()
    return lstm
