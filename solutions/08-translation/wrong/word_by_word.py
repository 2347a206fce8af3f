# ---
# jupyter:
#   course:
#     misconception: "Each word is translated by itself: no order, no agreement."
#     section: "Sequence to sequence with attention, The task"
#     question: "Can a word be translated that does not know the one before it?"
#     keeps:  # points of the tasks that lose some, least and most
#       translator: [0, 0]
# ---

# %% task="translator"
def fit_translator(train, seed):
    """The French word that goes most with each English word."""
    both = Counter((e, f) for english, french in train for e in english.split() for f in french.split())
    alone = Counter(f for _, french in train for f in french.split())
    best = {}
    for (e, f), count in both.items():
        best[e] = max(best.get(e, (0.0, "")), (count / math.sqrt(alone[f]), f))

    def translate(sentences):
        return [
            (" ".join(best.get(word, (0.0, word))[1] for word in e.split()), torch.eye(len(e.split())))
            for e in sentences
        ]

    return translate
