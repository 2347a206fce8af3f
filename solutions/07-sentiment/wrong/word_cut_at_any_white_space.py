# ---
# jupyter:
#   course:
#     misconception: "The fields are cut at any white space, so that a no-break space becomes a space."
#     section: "Using word vectors, Reading a file of vectors"
#     question: "Which character separates the fields of a line, and which others are white space?"
#     keeps:  # points of the tasks that lose some, least and most
#       table: [3, 3]
# ---

# %% task="table"
def read_vectors(lines: list[str], size: int) -> dict[str, Tensor]:
    """From each word to its vector."""
    found = {}
    for line in lines:
        (*word,) = line.split()
        word, numbers = " ".join(word[:-size]), word[-size:]
        found[word] = torch.tensor([float(number) for number in numbers])
    return found


def embedding_matrix(vocabulary: list[str], vectors: dict[str, Tensor]) -> Tensor:
    """A row for each entry of the vocabulary, (entries, size)."""
    table = torch.stack(list(vectors.values()))
    scale = table.square().mean().sqrt()
    rows = [torch.zeros(table.shape[1]), table.mean(dim=0)]
    for word in vocabulary[2:]:
        row = vectors.get(word, vectors.get(word.lower()))
        if row is None:
            generator = torch.Generator().manual_seed(zlib.crc32(word.encode("utf-8")))
            row = scale * torch.randn(table.shape[1], generator=generator)
        rows.append(row)
    return torch.stack(rows)


def coverage(counts: dict[str, int], vectors: dict[str, Tensor]) -> tuple[float, float]:
    """The shares of different words and of running words that have a vector."""
    words = {word: count for word, count in counts.items() if word not in ("<pad>", "<unk>")}
    found = [word for word in words if word in vectors or word.lower() in vectors]
    return len(found) / len(words), sum(words[word] for word in found) / sum(words.values())
