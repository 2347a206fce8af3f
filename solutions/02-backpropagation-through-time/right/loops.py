# ---
# jupyter:
#   course:
#     way: Plain loops over the examples, the steps and the words.
# ---

# %% task="output"
def output_layer(states, U, b_2, targets):
    batch, time, _ = states.shape
    loss = torch.zeros(())
    d_states, d_U, d_b_2 = torch.zeros(states.shape), torch.zeros(U.shape), torch.zeros(b_2.shape)
    for n in range(batch):
        for t in range(time):
            logits = U @ states[n, t] + b_2
            y_hat = torch.exp(logits - logits.max())
            y_hat = y_hat / y_hat.sum()
            k = int(targets[n, t])
            loss -= torch.log(y_hat[k]) / (batch * time)
            delta = y_hat.clone()
            delta[k] -= 1
            delta /= batch * time
            d_states[n, t] = U.T @ delta
            d_U += torch.outer(delta, states[n, t])
            d_b_2 += delta
    return loss, d_states, d_U, d_b_2


# %% task="bptt"
def bptt(x, h_0, states, W_xh, W_hh, d_states):
    d_W_xh, d_W_hh, d_b_1 = torch.zeros(W_xh.shape), torch.zeros(W_hh.shape), torch.zeros(len(W_hh))
    d_x, d_h_0 = torch.zeros(x.shape), torch.zeros(h_0.shape)
    for n in range(len(x)):
        d_h = torch.zeros(len(W_hh))
        for t in range(x.shape[1] - 1, -1, -1):
            d_h = d_h + d_states[n, t]
            delta = d_h - states[n, t] ** 2 * d_h
            d_W_xh += torch.outer(delta, x[n, t])
            d_W_hh += torch.outer(delta, states[n, t - 1] if t else h_0[n])
            d_b_1 += delta
            d_x[n, t] = W_xh.T @ delta
            d_h = W_hh.T @ delta
        d_h_0[n] = d_h
    return [d_W_xh, d_W_hh, d_b_1, d_x, d_h_0]


# %% task="batches"
def text_batches(tokens, batch_size, seq_length):
    width = math.ceil((len(tokens) - 1) / batch_size)
    start = 0
    while start < width:
        end = min(start + seq_length, width)
        inputs, targets = [], []
        for row in range(batch_size):
            places = range(row * width + start, row * width + end)
            inputs.append([int(tokens[p]) if p < len(tokens) - 1 else 0 for p in places])
            targets.append([int(tokens[p + 1]) if p < len(tokens) - 1 else -100 for p in places])
        yield torch.tensor(inputs), torch.tensor(targets)
        start = end


# %% task="perplexity"
def perplexity(logits, targets, padding=0):
    total, count = 0.0, 0
    for row, words in zip(logits, targets.tolist()):
        for o, word in zip(row, words):
            if word != padding:
                o = o - o.max()
                total += float(o.exp().sum().log() - o[word])
                count += 1
    return math.e ** (total / count)


# %% task="look"
def loss_by_place(model, text, symbols, longest):
    state, count, total, place = None, [0] * (longest + 1), [0.0] * (longest + 1), 0
    logits = None
    for character in text:
        number = symbols.index(character)
        place = min(place + 1, longest) if character.isalpha() else 0
        if logits is not None:
            count[place] += 1
            total[place] += (logits.logsumexp(0) - logits[number]).item()
        answer, state = model(torch.tensor([[number]]), state)
        logits = answer[0, 0].detach()
    return [[k, count[k], total[k] / count[k]] for k in range(longest + 1) if count[k]]


def findings():
    return frozenset([1, 3, 4, 5])
