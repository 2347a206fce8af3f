# ---
# jupyter:
#   course:
#     misconception: "A message without a word gets the length 0, though its row holds one <unk>."
#     section: "From text to batches, Padding, lengths and packing"
#     question: "How many tokens has the row of an empty message, and what does your length say?"
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


def collate(items: list[tuple[list[str], int]], vocabulary: dict[str, int]) -> tuple[Tensor, Tensor, Tensor]:
    """A batch of messages: (tokens, lengths, labels)."""
    rows = [[vocabulary.get(word, 1) for word in words] or [1] for words, _ in items]
    lengths = torch.tensor([len(words) for words, _ in items])
    tokens = torch.zeros(len(rows), int(lengths.max()), dtype=torch.int64)
    for i, row in enumerate(rows):
        tokens[i, : len(row)] = torch.tensor(row)
    labels = torch.tensor([label for _, label in items], dtype=torch.float32)
    return tokens, lengths, labels


def make_embedding(vocabulary: dict[str, int], vectors: dict[str, Tensor], size: int) -> nn.Embedding:
    """A table with a row for each entry of the vocabulary, pretrained where there are vectors."""
    embedding = nn.Embedding(len(vocabulary), size, padding_idx=0)
    with torch.no_grad():
        for word, index in vocabulary.items():
            if word in vectors:
                embedding.weight[index] = vectors[word]
        embedding.weight[0] = 0.0
    return embedding
