# ---
# jupyter:
#   course:
#     way: "Loops over names and classes, Python numbers, and a print left in."
# ---

# %% task="scores"
def class_scores(matrix):
    rows = []
    for k in range(len(matrix)):
        tp = int(matrix[k, k])
        said = sum(int(matrix[i, k]) for i in range(len(matrix)))
        true = sum(int(value) for value in matrix[k])
        p = tp / said if said else 0.0
        r = tp / true if true else 0.0
        rows.append((p, r, 2 * p * r / (p + r) if p + r else 0.0))
    print("scores", rows[0])
    return torch.tensor(rows)


def averages(matrix):
    f1 = [row[2] for row in class_scores(matrix).tolist()]
    n = int(matrix.sum())
    accuracy = sum(int(matrix[k, k]) for k in range(len(f1))) / n
    return accuracy, sum(f1) / len(f1), sum(int(matrix[k].sum()) * f1[k] for k in range(len(f1))) / n


def largest_errors(matrix, languages, count):
    found = []
    for i, true in enumerate(languages):
        for j, said in enumerate(languages):
            if i != j and int(matrix[i, j]):
                found.append((-int(matrix[i, j]), i, j, true, said))
    return [[true, said, -number] for number, _, _, true, said in sorted(found)][:count]


# %% task="loss"
def cross_entropy(logits, targets):
    gradient, total = torch.zeros_like(logits), 0.0
    for n, row in enumerate(logits):
        m = max(row.tolist())
        shifted = [math.exp(z - m) for z in row.tolist()]
        y = int(targets[n])
        total += math.log(sum(shifted)) + m - float(row[y])
        for k, e in enumerate(shifted):
            gradient[n, k] = (e / sum(shifted) - (1 if k == y else 0)) / len(logits)
    return torch.tensor(total / len(logits)), gradient


# %% task="letters"
def letter_by_letter(tokens, lengths, weights):
    probabilities = torch.zeros(*tokens.shape, len(weights["b_y"]))
    answers = []
    for i, name in enumerate(tokens):
        h = torch.zeros_like(weights["b_h"])
        for t in range(lengths[i]):
            x = weights["E"][name[t]]
            h = torch.tanh(weights["W_xh"] @ x + weights["W_hh"] @ h + weights["b_h"])
            probabilities[i, t] = torch.softmax(weights["W_hy"] @ h + weights["b_y"], -1)
        answers.append(probabilities[i, t].argmax())
    return probabilities, torch.stack(answers)


# %% task="writer"
def write_name(step, start, end, temperature, limit, generator):
    name = [start]
    state = None
    for _ in range(limit):
        scores, state = step(name[-1], state)
        weights = [math.exp((float(z) - float(scores.max())) / temperature) for z in scores]
        drawn = torch.multinomial(torch.tensor(weights), 1, generator=generator).item()
        if drawn == end:
            return name[1:]
        name.append(drawn)
    return name[1:]


# %% task="next_letter"
def letter_loss(logits, targets, lengths):
    wanted = targets.clone()
    for row, length in enumerate(lengths):
        wanted[row, length:] = -100
    loss = nn.CrossEntropyLoss()(logits.permute(0, 2, 1), wanted)
    return loss, (logits.argmax(-1) == wanted).sum() / lengths.sum()
