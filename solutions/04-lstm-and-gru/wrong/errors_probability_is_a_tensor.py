# ---
# jupyter:
#   course:
#     misconception: "The probability is a tensor; a Python float is asked for."
#     section: "Two layers, two directions, and tags, Tagging the words of a sentence"
#     question: "Of which type is the last entry of your rows?"
#     keeps:  # points of the tasks that lose some, least and most
#       errors: [0, 0]
# ---

# %% task="errors"
def surest_errors(
    sentences: list, logits: list[Tensor], tags: tuple[str, ...], count: int
) -> list[tuple[int, int, str, str, str, float]]:
    """The surest of a tagger's errors: (sentence, place, word, true, said, probability)."""
    rows = []
    for k, ((words, numbers), scores) in enumerate(zip(sentences, logits)):
        probabilities = scores.softmax(dim=1)
        for t, (word, true) in enumerate(zip(words, numbers)):
            said = int(scores[t].argmax())
            if said != true:
                rows.append((k, t, word, tags[true], tags[said], probabilities[t, said]))
    rows.sort(key=lambda row: row[5], reverse=True)
    return rows[:count]
