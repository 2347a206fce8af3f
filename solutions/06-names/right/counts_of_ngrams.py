# ---
# jupyter:
#   course:
#     way: "The reader counts n-grams with naive Bayes, and needs no network."
# ---

# %% task="reader"
from collections import Counter


def fit_reader(train, valid, languages, seed):
    def grams(name):
        text = f"^{name}$"
        return [text[k : k + n] for n in (1, 2, 3, 4) for k in range(len(text) - n + 1)]

    counts = [Counter() for _ in range(languages)]
    for name, language in train:
        counts[language].update(grams(name))
    kinds = len(set().union(*counts))
    sizes = [sum(count.values()) + 0.1 * kinds for count in counts]

    def predict(names):
        answers = []
        for name in names:
            scores = [
                sum(math.log((count[gram] + 0.1) / size) for gram in grams(name))
                for count, size in zip(counts, sizes)
            ]
            answers.append(scores.index(max(scores)))
        return answers

    return predict


# %% task="writer"
def write_name(step, start, end, temperature, limit, generator):
    def letters():
        token, state = start, None
        while True:
            logits, state = step(token, state)
            distribution = torch.softmax(logits.double() / temperature, dim=-1)
            token = torch.multinomial(distribution, num_samples=1, generator=generator).item()
            if token == end:
                return
            yield token

    name = []
    for token in letters():
        name.append(token)
        if len(name) == limit:
            break
    return name
