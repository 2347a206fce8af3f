# ---
# jupyter:
#   course:
#     misconception: "Words that differ by capitals alone are counted as one word."
#     section: "Using word vectors, Coverage"
#     question: "How many different words are Soup and soup?"
#     keeps:  # points of the tasks that lose some, least and most
#       table: [3, 3]
# ---

# %% task="table"
def read_vectors(lines: list[str], size: int) -> dict[str, Tensor]:
    """From each word to its vector."""
    vectors = {}
    for line in lines:
        word, *numbers = line.rstrip("\n").rsplit(" ", size)
        vectors[word] = torch.tensor([float(number) for number in numbers], dtype=torch.float32)
    return vectors


def embedding_matrix(vocabulary: list[str], vectors: dict[str, Tensor]) -> Tensor:
    """A row for each entry of the vocabulary, (entries, size)."""
    table = torch.stack(list(vectors.values())).float()
    size = table.shape[1]
    mean, sigma = table.mean(dim=0), table.square().mean().sqrt()
    rows = []
    for k, word in enumerate(vocabulary):
        if k == 0:
            row = torch.zeros(size)
        elif k == 1:
            row = mean
        elif word in vectors:
            row = vectors[word].float()
        elif word.lower() in vectors:
            row = vectors[word.lower()].float()
        else:
            generator = torch.Generator().manual_seed(zlib.crc32(word.encode("utf-8")))
            row = sigma * torch.randn(size, generator=generator)
        rows.append(row)
    return torch.stack(rows)


def coverage(counts, vectors):
    from collections import Counter

    lowered = Counter()
    for word, n in counts.items():
        if word not in {"<pad>", "<unk>"}:
            key = word if word in vectors else word.lower()
            lowered[key] += n
    known = [w for w in lowered if w in vectors]
    types = len(known) / len(lowered)
    tokens = sum(lowered[w] for w in known) / sum(lowered.values())
    return types, tokens
