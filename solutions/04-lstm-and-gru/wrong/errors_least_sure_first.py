# ---
# jupyter:
#   course:
#     misconception: The least sure errors come first.
#     section: "Two layers, two directions, and tags, Tagging the words of a sentence"
#     question: "Which error does the task ask for first?"
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
    errors.sort(key=lambda row: row[5])
    return errors[:count]
