# ---
# jupyter:
#   course:
#     way: "Loops over words, reviews and bins, Python numbers, and prints left in."
# ---

# %% task="table"
def read_vectors(lines, size):
    result = {}
    for line in lines:
        fields = line.strip("\n").split(" ")
        word = " ".join(fields[: len(fields) - size])
        vector = torch.zeros(size)
        for k in range(size):
            vector[k] = float(fields[len(fields) - size + k])
        result[word] = vector
    print(len(result), "words")
    return result


def embedding_matrix(vocabulary, vectors):
    size = len(next(iter(vectors.values())))
    total, squares = torch.zeros(size), 0.0
    for vector in vectors.values():
        total += vector
        squares += float((vector * vector).sum())
    sigma = math.sqrt(squares / (size * len(vectors)))
    matrix = torch.zeros(len(vocabulary), size)
    for k, word in enumerate(vocabulary):
        if word == "<pad>":
            continue
        if word == "<unk>":
            matrix[k] = total / len(vectors)
        elif word in vectors:
            matrix[k] = vectors[word]
        elif word.lower() in vectors:
            matrix[k] = vectors[word.lower()]
        else:
            g = torch.Generator()
            g.manual_seed(zlib.crc32(word.encode()))
            matrix[k] = sigma * torch.randn(size, generator=g)
    return matrix


def coverage(counts, vectors):
    types = found_types = tokens = found_tokens = 0
    for word, count in counts.items():
        if word == "<pad>" or word == "<unk>":
            continue
        types += 1
        tokens += count
        if word in vectors or word.lower() in vectors:
            found_types += 1
            found_tokens += count
    return found_types / types, found_tokens / tokens


# %% task="skipgram"
def pairs(sentence, window):
    found = []
    for i in range(len(sentence)):
        for j in range(len(sentence)):
            if i != j and abs(i - j) <= window:
                found.append((sentence[i], sentence[j]))
    return found


def sgns(V, U, centre, context, negatives):
    gradient_v, gradient_u = torch.zeros_like(V), torch.zeros_like(U)
    loss, B = torch.zeros(()), len(centre)
    for i in range(B):
        v = V[centre[i]]
        s = U[context[i]] @ v
        loss = loss + F.softplus(-s)
        slope = torch.sigmoid(s) - 1
        gradient_v[centre[i]] += slope * U[context[i]] / B
        gradient_u[context[i]] += slope * v / B
        for n in negatives[i]:
            s = U[n] @ v
            loss = loss + F.softplus(s)
            gradient_v[centre[i]] += torch.sigmoid(s) * U[n] / B
            gradient_u[n] += torch.sigmoid(s) * v / B
    return loss / B, gradient_v, gradient_u


# %% task="pooling"
def last_states(states, lengths):
    rows = []
    for row, length in zip(states, lengths):
        n = row.shape[1] // 2
        rows.append(torch.cat([row[int(length) - 1, :n], row[0, n:]]))
    return torch.stack(rows)


def mean_and_max(states, mask):
    means, maxima = [], []
    for row, real in zip(states, mask):
        words = row[real]
        if len(words) == 0:
            words = torch.zeros(1, row.shape[1])
        means.append(words.mean(0))
        maxima.append(words.max(0)[0])
    return torch.stack(means), torch.stack(maxima)


def attention(states, mask, W, b, v):
    weights, pooled = torch.zeros(mask.shape), torch.zeros(states.shape[0], states.shape[2])
    for i in range(len(states)):
        places = [t for t in range(len(mask[i])) if mask[i, t]]
        scores = [float(v @ torch.tanh(W @ states[i, t] + b)) for t in places]
        for t, score in zip(places, scores):
            weights[i, t] = math.exp(score - max(scores)) / sum(math.exp(s - max(scores)) for s in scores)
            pooled[i] += weights[i, t] * states[i, t]
    return weights, pooled


# %% task="calibration"
def calibration_error(probabilities, labels, bins):
    error = 0.0
    for b in range(bins):
        low, high = b / bins, (b + 1) / bins
        inside = [
            (float(p), int(y))
            for p, y in zip(probabilities, labels)
            if low <= p < high or (b == bins - 1 and p == 1)
        ]
        if inside:
            p = sum(p for p, _ in inside) / len(inside)
            y = sum(y for _, y in inside) / len(inside)
            error += len(inside) / len(labels) * abs(y - p)
    return error


def temperature(logits, labels):
    best, best_loss = None, float("inf")
    for k in range(1200):
        t = 0.15 * 1.004**k
        loss = float(F.binary_cross_entropy_with_logits(logits.double() / t, labels.double()))
        if loss < best_loss:
            best, best_loss = t, loss
    print("T =", best)
    return best


def calibrate(valid, test, bins):
    t = temperature(valid[0], valid[1])
    errors = []
    for scale in (1.0, t):
        errors.append(calibration_error(torch.sigmoid(test[0] / scale), test[1], bins))
    return t, errors[0], errors[1]


# %% task="errors"
def error_table(kinds, labels, answers):
    wrong, total = {}, {}
    for kind, label, answer in zip(kinds, labels, answers):
        total[kind] = total.get(kind, 0) + 1
        wrong[kind] = wrong.get(kind, 0) + (1 if label != answer else 0)
    table = [(-wrong[kind] / total[kind], kind) for kind in total]
    table.sort()
    return [[kind, wrong[kind], total[kind]] for _, kind in table]


def diagnosis():
    found = {1: ("A", "never"), 2: ("B", "although"), 3: ("C", "scrumptious"), 6: ("E", "")}
    found[4], found[8] = ("D", "friday"), ("D", "sequel")
    found[5], found[7] = ["A", "not"], ["A", "nothing"]
    found[9], found[10] = ["C", "mesmerising"], ["B", "but"]
    return found
