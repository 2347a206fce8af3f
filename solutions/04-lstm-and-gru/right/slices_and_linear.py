# ---
# jupyter:
#   course:
#     way: "One gate at a time, with slices and nn.functional.linear."
# ---

# %% task="convert"
def to_pytorch(weights, update, reset):
    n = weights["W_hh"].shape[1]
    if reset == "before":
        for row in range(n):
            for column in range(n):
                if row != column and weights["W_hh"][2 * n + row, column] != 0:
                    return None
    gru = nn.GRU(weights["W_ih"].shape[1], n, batch_first=True)
    gru.weight_ih_l0.data[:] = weights["W_ih"]
    gru.weight_hh_l0.data[:] = weights["W_hh"]
    gru.bias_ih_l0.data[:] = weights["b_ih"]
    gru.bias_hh_l0.data[:] = weights["b_hh"]
    if update == "takes":
        for parameter in gru.parameters():
            parameter.data[n : 2 * n] = -parameter.data[n : 2 * n]
    if reset == "before":
        gru.bias_ih_l0.data[2 * n :] += gru.bias_hh_l0.data[2 * n :]
        gru.bias_hh_l0.data[2 * n :] = 0
    return gru


# %% task="errors"
def surest_errors(sentences, logits, tags, count):
    table = []
    for k in range(len(sentences)):
        words, numbers = sentences[k]
        for t in range(len(words)):
            scores = logits[k][t].tolist()
            said = scores.index(max(scores))
            if said == numbers[t]:
                continue
            chance = 1 / sum(torch.exp(torch.tensor(score - scores[said])).item() for score in scores)
            table.append((k, t, words[t], tags[numbers[t]], tags[said], chance))
    return sorted(table, key=lambda row: -row[-1])[:count]
