# ---
# jupyter:
#   course:
#     misconception: "Words that no training sentence has are left out of the sentence."
#     section: "Encoder and decoder, The program"
#     question: "How many columns of weights does a sentence of six words get if you do not know two of them?"
#     keeps:  # points of the tasks that lose some, least and most
#       translator: [0, 0]
# ---

# %% task="translator"
def fit_translator(train: list[tuple[str, str]], seed: int):
    """Train on ``train``; the function from English sentences to (french, weights) of each."""
    torch.manual_seed(seed)
    english = {word: 2 + k for k, word in enumerate(sorted({w for e, _ in train for w in e.split()}))}
    french = ["<pad>", BOS, EOS, *sorted({w for _, f in train for w in f.split()})]
    number = {word: k for k, word in enumerate(french)}
    model = Translator(2 + len(english), len(french))

    def source(sentences):
        rows = [
            [english[word] for word in sentence.split() if word in english] or [1] for sentence in sentences
        ]
        lengths = torch.tensor([len(row) for row in rows])
        tokens = torch.zeros(len(rows), int(lengths.max()), dtype=torch.int64)
        for i, row in enumerate(rows):
            tokens[i, : len(row)] = torch.tensor(row)
        return tokens, lengths

    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    epochs = 15
    for epoch in range(epochs):
        for group in optimizer.param_groups:
            group["lr"] = 5e-3 * (1 - epoch / epochs)
        for places in torch.randperm(len(train)).split(32):
            some = [train[k] for k in places.tolist()]
            state, memory = model.encode(*source([e for e, _ in some]))
            rows = [[1, *(number[word] for word in f.split()), 2] for _, f in some]
            longest = max(len(row) for row in rows)
            padded = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
            logits = []
            for i in range(longest - 1):
                z, state, _ = model.step(padded[:, i], state, memory)
                logits.append(z)
            loss = F.cross_entropy(
                torch.stack(logits, dim=1).flatten(0, 1), padded[:, 1:].flatten(), ignore_index=0
            )
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
    model.eval()

    def translate(sentences: list[str]) -> list[tuple[str, Tensor]]:
        if not sentences:
            return []
        with torch.no_grad():
            tokens, lengths = source(sentences)
            state, memory = model.encode(tokens, lengths)
            said, looked = [[] for _ in sentences], [[] for _ in sentences]
            ended = [False] * len(sentences)
            token = torch.full((len(sentences),), 1)
            for _ in range(30):
                z, state, alpha = model.step(token, state, memory)
                z[:, :2] = -math.inf
                token = z.argmax(dim=1)
                for i, word in enumerate(token.tolist()):
                    ended[i] = ended[i] or word == 2
                    if not ended[i]:
                        said[i].append(french[word])
                        looked[i].append(alpha[i, : lengths[i]])
                if all(ended):
                    break
        return [
            (" ".join(words), torch.stack(rows) if rows else torch.zeros(0, int(size)))
            for words, rows, size in zip(said, looked, lengths)
        ]

    return translate
