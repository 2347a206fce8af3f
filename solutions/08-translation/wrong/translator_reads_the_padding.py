# ---
# jupyter:
#   course:
#     misconception: "The encoder gets the padded length for all sentences."
#     section: "Attention, Masks before the softmax"
#     keeps:  # points of the tasks that lose some, least and most
#       translator: [0, 0]
# ---

# %% task="translator"
def fit_translator(train: list[tuple[str, str]], seed: int):
    """Train on ``train``; the function from English sentences to (french, weights) of each."""
    torch.manual_seed(seed)
    english = {word: k for k, word in enumerate(sorted({w for e, _ in train for w in e.split()}), 1)}
    french = [BOS, EOS, *sorted({word for _, f in train for word in f.split()})]
    number = {word: k for k, word in enumerate(french)}
    model = Translator(len(english) + 1, len(french))
    optimizer = torch.optim.Adam(model.parameters(), 8e-3)

    def encoded(sentences):
        rows = [torch.tensor([english.get(word, 0) for word in e.split()]) for e in sentences]
        lengths = torch.full((len(rows),), max(len(row) for row in rows))
        return model.encode(nn.utils.rnn.pad_sequence(rows, batch_first=True), lengths)

    def loss_of(pairs):
        state, memory = encoded([e for e, _ in pairs])
        rows = [torch.tensor([number[word] for word in [BOS, *f.split(), EOS]]) for _, f in pairs]
        tokens = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=-1)
        logits = []
        for token in tokens[:, :-1].clamp(min=0).unbind(1):
            z, state, _ = model.step(token, state, memory)
            logits.append(z)
        return F.cross_entropy(torch.stack(logits, dim=2), tokens[:, 1:], ignore_index=-1)

    for _ in range(5):
        for chosen in torch.randperm(len(train)).split(32):
            optimizer.zero_grad()
            loss_of([train[k] for k in chosen.tolist()]).backward()
            optimizer.step()

    @torch.no_grad()
    def translate(sentences):
        said: list = [([], []) for _ in sentences]
        if not said:
            return []
        state, memory = encoded(sentences)
        token, running = torch.full((len(said),), number[BOS]), torch.ones(len(said), dtype=torch.bool)
        for _ in range(15):
            logits, state, alpha = model.step(token, state, memory)
            token = logits.argmax(dim=1)
            running &= token != number[EOS]
            for i in running.nonzero().flatten().tolist():
                said[i][0].append(french[token[i]])
                said[i][1].append(alpha[i, : len(sentences[i].split())])
        return [
            (" ".join(words), torch.stack(rows) if rows else torch.zeros(0, len(e.split())))
            for (words, rows), e in zip(said, sentences, strict=True)
        ]

    return translate
