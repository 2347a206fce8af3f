# ---
# jupyter:
#   course:
#     misconception: "The place is looked up by the word: of a word that stands twice, it is the first."
#     section: "Two layers, two directions, and tags, Tagging the words of a sentence"
#     question: "Which place does the second *the* of a sentence get?"
#     keeps:  # points of the tasks that lose some, least and most
#       errors: [0, 1]
# ---

# %% task="errors"
def surest_errors(
    sentences: list, logits: list[Tensor], tags: tuple[str, ...], count: int
) -> list[tuple[int, int, str, str, str, float]]:
    """The surest of a tagger's errors: (sentence, place, word, true, said, probability)."""
    errors = []
    for number, (words, truth) in enumerate(sentences):
        best, said = torch.softmax(logits[number], dim=-1).max(dim=-1)
        for word, true, guess, p in zip(words, truth, said.tolist(), best.tolist()):
            if guess != true:
                errors.append((number, words.index(word), word, tags[true], tags[guess], p))
    return sorted(errors, key=lambda e: -e[-1])[:count]
