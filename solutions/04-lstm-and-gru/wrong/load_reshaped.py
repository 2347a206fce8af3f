# ---
# jupyter:
#   course:
#     misconception: >-
#       W_x is brought to its shape by a reshape, which mixes its numbers, and not by transposing.
#     section: "PyTorch's LSTM, and the GRU, All weights in two matrices"
#     question: "Which number stands in row 0, column 1 after your reshape?"
#     keeps:  # points of the tasks that lose some, least and most
#       load: [1, 1]
# ---

# %% task="load"
def load_gates(gates: dict[str, tuple[Tensor, Tensor, Tensor]]) -> nn.LSTM:
    """An nn.LSTM with the weights of ``gates``, which are in row form."""
    input_size, hidden = gates["f"][0].shape
    lstm = nn.LSTM(input_size, hidden, batch_first=True).to(gates["f"][0].dtype)
    with torch.no_grad():
        for k, name in enumerate(["i", "f", "g", "o"]):
            W_x, W_h, b = gates[name]
            rows = slice(k * hidden, (k + 1) * hidden)
            lstm.weight_ih_l0[rows] = W_x.reshape(hidden, input_size)
            lstm.weight_hh_l0[rows] = W_h.t()
            lstm.bias_ih_l0[rows] = b
            lstm.bias_hh_l0[rows] = torch.zeros(hidden, dtype=b.dtype)
    return lstm
