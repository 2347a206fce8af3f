# ---
# jupyter:
#   course:
#     misconception: "The second bias keeps the random numbers that nn.LSTM starts with."
#     section: "PyTorch's LSTM, and the GRU, All weights in two matrices"
#     question: "Which parameters does an nn.LSTM have, and what stands in each of them in the end?"
#     keeps:  # points of the tasks that lose some, least and most
#       load: [1, 1]
# ---

# %% task="load"
def load_gates(gates: dict[str, tuple[Tensor, Tensor, Tensor]]) -> nn.LSTM:
    """An nn.LSTM with the weights of ``gates``, which are in row form."""
    input_size, hidden_size = gates["i"][0].shape
    lstm = nn.LSTM(input_size, hidden_size, batch_first=True, dtype=gates["i"][0].dtype)
    with torch.no_grad():
        lstm.weight_ih_l0.copy_(torch.cat([gates[gate][0].T for gate in "ifgo"]))
        lstm.weight_hh_l0.copy_(torch.cat([gates[gate][1].T for gate in "ifgo"]))
        lstm.bias_ih_l0.copy_(torch.cat([gates[gate][2] for gate in "ifgo"]))
    return lstm
