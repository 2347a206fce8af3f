# ---
# jupyter:
#   course:
#     misconception: Characters are counted after the three before them, and nothing else is remembered.
#     section: "Predicting the next word, A state instead of the window"
#     question: "What does your model know of a character that stands ten places before?"
#     keeps:  # points of the tasks that lose some, least and most
#       characters: [0, 0]
# ---

# %% task="characters"
def fit_characters(train, symbols, seed):
    K = len(symbols)
    counts = [{} for _ in range(4)]
    numbers = [symbols.index(character) for character in train]
    for t in range(3, len(numbers)):
        for n in range(4):
            row = counts[n].setdefault(tuple(numbers[t - n : t]), {})
            row[numbers[t]] = row.get(numbers[t], 0) + 1

    def after(context):
        p = torch.full((K,), 1 / K)
        for n in range(4):
            row = counts[n].get(tuple(context[len(context) - n :]), {})
            if n <= len(context) and row:
                p = 3 * p
                for k, number in row.items():
                    p[k] += number
                p = p / p.sum()
        return p.log()

    def model(inputs, state):
        state = state or [[] for _ in inputs]
        logits = torch.zeros(*inputs.shape, K)
        for i, row in enumerate(inputs.tolist()):
            for t, number in enumerate(row):
                state[i] = [*state[i], number][-3:]
                logits[i, t] = after(state[i])
        return logits, state

    return model
