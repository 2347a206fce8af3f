# ---
# jupyter:
#   course:
#     misconception: The softmax is taken over the words of the sentence.
#     section: "Two layers, two directions, and tags, Tagging the words of a sentence"
#     question: "Over what do the probabilities of one word add up to 1?"
#     keeps:  # points of the tasks that lose some, least and most
#       errors: [0, 0]
# ---

# %% task="errors"
def surest_errors(
    sentences: list, logits: list[Tensor], tags: tuple[str, ...], count: int
) -> list[tuple[int, int, str, str, str, float]]:
    errors = []
    for k, ((words, numbers), scores) in enumerate(zip(sentences, logits, strict=True)):
        probabilities, said = scores.softmax(dim=0).max(dim=1)
        for t, (word, true) in enumerate(zip(words, numbers, strict=True)):
            if said[t] != true:
                errors.append((k, t, word, tags[true], tags[int(said[t])], probabilities[t].item()))
    errors.sort(key=lambda row: row[5], reverse=True)
    return errors[:count]
