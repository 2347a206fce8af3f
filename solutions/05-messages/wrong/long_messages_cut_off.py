# ---
# jupyter:
#   course:
#     misconception: "Messages are cut off after 50 words."
#     section: "From text to batches, Padding, lengths and packing"
#     question: "What becomes of the end of a very long message?"
#     keeps:  # points of the tasks that lose some, least and most
#       batches: [3, 3]
# ---

# %% task="batches"
def make_vocabulary(splits: dict[str, list[list[str]]], min_count: int) -> dict[str, int]:
    """From each token to its index."""
    counts: dict[str, int] = {}
    for tokens in splits["train"]:
        for token in tokens:
            counts[token] = counts.get(token, 0) + 1
    known = [token for token in counts if counts[token] >= min_count]
    known.sort(key=lambda token: (-counts[token], token))
    return {token: index for index, token in enumerate(["<pad>", "<unk>", *known])}


def collate(items: list[tuple[list[str], int]], vocabulary: dict[str, int]) -> tuple[Tensor, Tensor, Tensor]:
    """A batch of messages: (tokens, lengths, labels)."""
    rows = [torch.tensor([vocabulary.get(word, 1) for word in words[:50]] or [1]) for words, _ in items]
    lengths = torch.tensor([len(row) for row in rows])
    labels = torch.tensor([float(label) for _, label in items])
    return nn.utils.rnn.pad_sequence(rows, batch_first=True), lengths, labels


def make_embedding(vocabulary: dict[str, int], vectors: dict[str, Tensor], size: int) -> nn.Embedding:
    """A table with a row for each entry of the vocabulary, pretrained where there are vectors."""
    embedding = nn.Embedding(len(vocabulary), size, padding_idx=0)
    with torch.no_grad():
        for word, vector in vectors.items():
            if word in vocabulary:
                embedding.weight[vocabulary[word]] = vector
    return embedding
