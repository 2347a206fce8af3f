# ---
# jupyter:
#   course:
#     way: One message after the other, without padding or packing; loops everywhere.
# ---

# %% task="batches"
def make_vocabulary(splits, min_count):
    words = [word for message in splits["train"] for word in message]
    kept = sorted({word for word in words if words.count(word) >= min_count})
    kept = sorted(kept, key=words.count, reverse=True)
    return {word: number for number, word in enumerate(["<pad>", "<unk>", *kept])}


def collate(items, vocabulary):
    rows, lengths, labels = [], [], []
    for words, label in items:
        row = []
        for word in words or ["<unk>"]:
            row.append(vocabulary.get(word, vocabulary["<unk>"]))
        rows.append(row)
        lengths.append(len(row))
        labels.append(label)
    padded = [row + [0] * (max(lengths) - len(row)) for row in rows]
    return torch.LongTensor(padded), torch.LongTensor(lengths), torch.FloatTensor(labels)


def make_embedding(vocabulary, vectors, size):
    embedding = nn.Embedding(len(vocabulary), size, padding_idx=vocabulary["<pad>"])
    for word in vocabulary.keys() & vectors.keys():
        embedding.weight.data[vocabulary[word]] = vectors[word]
    return embedding


# %% task="states"
def read_states(lstm, embedded, lengths):
    last, mean = [], []
    for message, length in zip(embedded, lengths):
        output, (h, _) = lstm(message[:length].unsqueeze(0))
        last.append(torch.cat((h[0, 0], h[1, 0])))
        mean.append(output.mean(dim=1)[0])
    return torch.stack(last), torch.stack(mean)


# %% task="loss"
def bce(logits, labels, pos_weight):
    total, gradient = 0.0, []
    for z, y in zip(logits, labels):
        small = torch.log1p(torch.exp(-abs(z)))
        if y == 1:
            total = total + pos_weight * (torch.relu(-z) + small)
            gradient.append(pos_weight * (torch.sigmoid(z) - 1))
        else:
            total = total + torch.relu(z) + small
            gradient.append(torch.sigmoid(z))
    return total / len(logits), torch.stack(gradient) / len(logits)
