# ---
# jupyter:
#   course:
#     misconception: >-
#       Unknown words are scaled by the standard deviation of all numbers, from which the mean is taken off
#       first; the root of their mean square is asked for.
#     section: "Using word vectors, Unknown words, and the row of padding"
#     question: "What are the two for the numbers 3, 3, 3, 3?"
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
    mean, sigma = table.mean(dim=0), table.std()
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


def coverage(counts: dict[str, int], vectors: dict[str, Tensor]) -> tuple[float, float]:
    """The shares of different words and of running words that have a vector."""
    words = {word: n for word, n in counts.items() if word not in ("<pad>", "<unk>")}
    found = {word: n for word, n in words.items() if word in vectors or word.lower() in vectors}
    return len(found) / len(words), sum(found.values()) / sum(words.values())
