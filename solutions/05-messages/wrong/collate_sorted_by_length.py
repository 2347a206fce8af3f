# ---
# jupyter:
#   course:
#     misconception: "The rows are sorted by length and do not stand in the order of the items."
#     section: "From text to batches, Padding, lengths and packing"
#     question: "Which item does the first row hold?"
#     keeps:  # points of the tasks that lose some, least and most
#       batches: [3, 3]
# ---

# %% task="batches"
from collections import Counter


def make_vocabulary(splits: dict[str, list[list[str]]], min_count: int) -> dict[str, int]:
    """From each token to its index."""
    counts = Counter(token for tokens in splits["train"] for token in tokens)
    kept = [token for token in counts if counts[token] >= min_count and token not in ("<pad>", "<unk>")]
    kept.sort(key=lambda token: (-counts[token], token))
    return {token: index for index, token in enumerate(["<pad>", "<unk>", *kept])}


def collate(items, vocabulary):
    items = sorted(items, key=lambda item: len(item[0]), reverse=True)
    unk = vocabulary["<unk>"]
    sequences, labels = [], []
    for words, label in items:
        ids = [vocabulary[w] if w in vocabulary else unk for w in words]
        sequences.append(torch.tensor(ids if ids else [unk], dtype=torch.long))
        labels.append(float(label))
    lengths = torch.tensor([s.numel() for s in sequences])
    padded = nn.utils.rnn.pad_sequence(sequences, batch_first=True, padding_value=0)
    return padded, lengths, torch.tensor(labels)


def make_embedding(vocabulary: dict[str, int], vectors: dict[str, Tensor], size: int) -> nn.Embedding:
    """A table with a row for each entry of the vocabulary, pretrained where there are vectors."""
    embedding = nn.Embedding(len(vocabulary), size, padding_idx=0)
    with torch.no_grad():
        for word, index in vocabulary.items():
            if word in vectors:
                embedding.weight[index] = vectors[word]
        embedding.weight[0] = 0.0
    return embedding
