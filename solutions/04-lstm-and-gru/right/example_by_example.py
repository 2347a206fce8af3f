# ---
# jupyter:
#   course:
#     way: "Loops over the examples with outer products and einsum, and prints left in."
# ---

# %% task="backward"
def gru_backward(x, h, W_ih, W_hh, b, d_new):
    size = h.shape[1]
    d_x, d_h = torch.zeros(x.shape), torch.zeros(h.shape)
    d_W_ih, d_W_hh, d_b = torch.zeros(W_ih.shape), torch.zeros(W_hh.shape), torch.zeros(b.shape)
    for k in range(len(x)):
        a = torch.einsum("ij,j->i", W_ih, x[k]) + b
        gates = torch.sigmoid(a[: 2 * size] + torch.einsum("ij,j->i", W_hh[: 2 * size], h[k]))
        r, z = gates[:size], gates[size:]
        n = torch.tanh(a[2 * size :] + torch.einsum("ij,j->i", W_hh[2 * size :], r * h[k]))
        error_n = d_new[k] * (1 - z) * (1 - n**2)
        error_shown = torch.einsum("i,ij->j", error_n, W_hh[2 * size :])
        error_gates = torch.cat([error_shown * h[k], d_new[k] * (h[k] - n)]) * gates * (1 - gates)
        error = torch.cat([error_gates, error_n])
        d_x[k] = torch.einsum("i,ij->j", error, W_ih)
        d_h[k] = d_new[k] * z + error_shown * r
        d_h[k] += torch.einsum("i,ij->j", error_gates, W_hh[: 2 * size])
        d_W_ih += torch.outer(error, x[k])
        d_W_hh[: 2 * size] += torch.outer(error_gates, h[k])
        d_W_hh[2 * size :] += torch.outer(error_n, r * h[k])
        d_b += error
    print("done", d_b.shape)
    return d_x, d_h, d_W_ih, d_W_hh, d_b


# %% task="load"
def load_gates(gates):
    input_size, hidden_size = gates["f"][0].size()
    lstm = nn.LSTM(input_size, hidden_size, batch_first=True)
    for name, k in (("weight_ih_l0", 0), ("weight_hh_l0", 1), ("bias_ih_l0", 2)):
        blocks = [gates["i"][k], gates["f"][k], gates["g"][k], gates["o"][k]]
        stacked = torch.cat([block.T if k < 2 else block for block in blocks])
        setattr(lstm, name, nn.Parameter(stacked.clone()))
    nn.init.zeros_(lstm.bias_hh_l0)
    return lstm


# %% task="errors"
def surest_errors(sentences, logits, tags, count):
    def rows():
        for k, ((words, numbers), scores) in enumerate(zip(sentences, logits)):
            chances = scores.double().softmax(-1)
            for t in torch.nonzero(scores.argmax(-1) != torch.tensor(numbers)).flatten().tolist():
                said = int(scores[t].argmax())
                yield k, t, words[t], tags[numbers[t]], tags[said], float(chances[t, said])

    found = sorted(rows(), key=lambda row: row[5])
    found.reverse()
    for row in found[:3]:
        print(*row)
    return found[:count]
