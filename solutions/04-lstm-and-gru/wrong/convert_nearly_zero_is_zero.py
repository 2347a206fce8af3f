# ---
# jupyter:
#   course:
#     misconception: "A very small weight is taken for 0."
#     section: "PyTorch's LSTM, and the GRU, The gated recurrent unit"
#     question: "Is a weight of a billionth 0?"
#     keeps:  # points of the tasks that lose some, least and most
#       convert: [1, 1]
# ---

# %% task="convert"
def to_pytorch(weights, update, reset):
    weights = {name: value.clone() for name, value in weights.items()}
    size = weights["W_hh"].shape[1]
    if update == "takes":
        for value in weights.values():
            value[size : 2 * size] *= -1
    if reset == "before":
        recurrent = weights["W_hh"][2 * size :]
        if not torch.allclose(recurrent, recurrent.diag().diag()):
            return None
        weights["b_ih"][2 * size :] += weights["b_hh"][2 * size :]
        weights["b_hh"][2 * size :] = 0
    gru = nn.GRU(weights["W_ih"].shape[1], size, batch_first=True)
    with torch.no_grad():
        for parameter, value in zip(gru.parameters(), weights.values(), strict=True):
            parameter.copy_(value)
    return gru
