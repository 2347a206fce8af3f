# ---
# jupyter:
#   course:
#     way: "Loops over sentences and words, heaps in the beam, dictionaries of n-grams, and prints left in."
# ---

# %% task="attention"
def additive_attention(query, states, lengths, W, U, v):
    contexts, rows = [], []
    for i in range(len(lengths)):
        n = int(lengths[i])
        scores = torch.stack([torch.dot(v, torch.tanh(W @ states[j][i] + U @ query[i])) for j in range(n)])
        alpha = (scores - scores.max()).exp()
        alpha = alpha / alpha.sum()
        contexts.append(sum(alpha[j] * states[j][i] for j in range(n)))
        rows.append(torch.cat([alpha, torch.zeros(len(states) - n)]))
    print("attention over", lengths.tolist())
    return torch.stack(contexts), torch.stack(rows)


# %% task="loss"
def shifted(sentences, bos, eos, filler):
    longest = 0
    for words in sentences:
        longest = max(longest, len(words) + 1)
    tokens = torch.full((len(sentences), longest), filler)
    targets = torch.full((len(sentences), longest), filler)
    lengths = torch.zeros(len(sentences), dtype=torch.long)
    for i, words in enumerate(sentences):
        tokens[i, 0] = bos
        for j, word in enumerate(words):
            tokens[i, j + 1] = word
            targets[i, j] = word
        targets[i, len(words)] = eos
        lengths[i] = len(words) + 1
    return tokens, targets, lengths


def token_loss(logits, targets, lengths):
    total, count = 0.0, 0
    for i, length in enumerate(lengths.tolist()):
        for j in range(length):
            z = logits[i, j]
            total = total + torch.logsumexp(z, 0) - z[targets[i, j]]
            count += 1
    return total / count


# %% task="greedy"
def greedy(step, state, bos, eos, limit):
    sentences = []
    for i in range(len(state)):
        own, word, words = state[i : i + 1], bos, []
        while len(words) < limit:
            logits, own = step(torch.tensor([word]), own)
            word = int(torch.argmax(logits[0]))
            if word == eos:
                break
            words.append(word)
        sentences.append(words)
    return sentences


# %% task="beam"
import heapq


def beam_search(step, state, bos, eos, limit, width):
    answers = []
    for i in range(len(state)):
        beginnings = [(0.0, (), bos, state[i : i + 1])]
        best = (-math.inf, ())
        for length in range(1, limit + 1):
            heap, counter = [], 0
            for log_p, words, last, own in beginnings:
                logits, after = step(torch.tensor([last]), own)
                for word, p in enumerate(torch.log_softmax(logits[0], 0).tolist()):
                    counter += 1
                    entry = (log_p + p, -counter, (*words, word), after)
                    if len(heap) < width:
                        heapq.heappush(heap, entry)
                    elif entry > heap[0]:
                        heapq.heapreplace(heap, entry)
            beginnings = []
            for log_p, _, words, after in heap:
                if words[-1] == eos:
                    best = max(best, (log_p / length, words[:-1]))
                elif length == limit:
                    best = max(best, (log_p / length, words))
                else:
                    beginnings.append((log_p, words, words[-1], after))
            if not beginnings:
                break
        answers.append((list(best[1]), best[0]))
    return answers


# %% task="bleu"
def ngram_counts(hypotheses, references):
    matches, totals = [], []
    for n in range(1, 5):
        match = total = 0
        for hypothesis, group in zip(hypotheses, references):
            left = []
            for reference in group:
                bag = {}
                for k in range(len(reference) - n + 1):
                    gram = " ".join(reference[k : k + n])
                    bag[gram] = bag.get(gram, 0) + 1
                left.append(bag)
            seen = {}
            for k in range(len(hypothesis) - n + 1):
                gram = " ".join(hypothesis[k : k + n])
                seen[gram] = seen.get(gram, 0) + 1
                total += 1
                if seen[gram] <= max(bag.get(gram, 0) for bag in left):
                    match += 1
        matches.append(match)
        totals.append(total)
    print(matches, totals)
    return matches, totals


def corpus_bleu(hypotheses, references):
    matches, totals = ngram_counts(hypotheses, references)
    if 0 in matches:
        return 0.0
    c = sum(len(words) for words in hypotheses)
    r = 0
    for words, group in zip(hypotheses, references):
        lengths = sorted(len(reference) for reference in group)
        nearest = lengths[0]
        for length in lengths:
            if abs(length - len(words)) < abs(nearest - len(words)):
                nearest = length
        r += nearest
    precision = math.exp(sum(math.log(m / t) for m, t in zip(matches, totals)) / 4)
    return precision if c > r else precision * math.exp(1 - r / c)
