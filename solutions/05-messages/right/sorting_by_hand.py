# ---
# jupyter:
#   course:
#     way: Sorting by length and back, a Counter, a mask for the mean, logsigmoid.
# ---

# %% task="batches"
from collections import Counter


def make_vocabulary(splits, min_count):
    counts = Counter()
    for tokens in splits["train"]:
        counts.update(tokens)
    vocabulary = {"<pad>": 0, "<unk>": 1}
    for token, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        if count >= min_count:
            vocabulary[token] = len(vocabulary)
    return vocabulary


def collate(items, vocabulary):
    time = max(max(len(words), 1) for words, _ in items)
    tokens = torch.zeros(len(items), time, dtype=torch.long)
    lengths = torch.ones(len(items), dtype=torch.long)
    for row, (words, _) in enumerate(items):
        numbers = [vocabulary.get(word, vocabulary["<unk>"]) for word in words]
        if not numbers:
            numbers = [vocabulary["<unk>"]]
        tokens[row, : len(numbers)] = torch.tensor(numbers)
        lengths[row] = len(numbers)
    return tokens, lengths, torch.tensor([label for _, label in items], dtype=torch.float32)


def make_embedding(vocabulary, vectors, size):
    table = torch.randn(len(vocabulary), size)
    for word, row in vocabulary.items():
        if word in vectors:
            table[row] = vectors[word]
    table[0] = 0
    return nn.Embedding.from_pretrained(table, freeze=False, padding_idx=0)


# %% task="states"
def read_states(lstm, embedded, lengths):
    sorted_lengths, order = lengths.sort(descending=True)
    back = order.argsort()
    packed = nn.utils.rnn.pack_padded_sequence(embedded[order], sorted_lengths, batch_first=True)
    output, (state, _) = lstm(packed)
    output, _ = nn.utils.rnn.pad_packed_sequence(output, batch_first=True, total_length=embedded.shape[1])
    output, state = output[back], state[:, back]
    real = (torch.arange(embedded.shape[1]) < lengths[:, None]).float().unsqueeze(2)
    mean = (output * real).sum(dim=1) / real.sum(dim=1)
    return state.transpose(0, 1).flatten(1), mean


# %% task="loss"
def bce(logits, labels, pos_weight):
    log_p, log_q = nn.functional.logsigmoid(logits), nn.functional.logsigmoid(-logits)
    each = -(pos_weight * labels * log_p + (1 - labels) * log_q)
    weight = torch.where(labels == 1, pos_weight, 1.0)
    return each.mean(), weight * (logits.sigmoid() - labels) / logits.numel()
