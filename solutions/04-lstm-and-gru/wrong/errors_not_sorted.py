# ---
# jupyter:
#   course:
#     misconception: The errors come as the sentences do.
#     section: "Two layers, two directions, and tags, Tagging the words of a sentence"
#     question: "Of your rows, is the first one the surest?"
#     keeps:  # points of the tasks that lose some, least and most
#       errors: [0, 0]
# ---

# %% task="errors"
def surest_errors(
    sentences: list, logits: list[Tensor], tags: tuple[str, ...], count: int
) -> list[tuple[int, int, str, str, str, float]]:
    errors = []
    for k, ((words, numbers), scores) in enumerate(zip(sentences, logits, strict=True)):
        probabilities, said = scores.softmax(dim=1).max(dim=1)
        for t, (word, true) in enumerate(zip(words, numbers, strict=True)):
            if said[t] != true:
                errors.append((k, t, word, tags[true], tags[int(said[t])], probabilities[t].item()))
    return errors[:count]
