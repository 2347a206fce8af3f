# ---
# jupyter:
#   course:
#     misconception: "The state of one name is carried on to the next."
#     section: "Training, and what is learnt, The program"
#     question: "In which state does the network begin to read a name?"
#     keeps:  # points of the tasks that lose some, least and most
#       reader: [0, 0]
# ---

# %% task="reader"
def fit_reader(train: list[tuple[str, int]], valid: list[tuple[str, int]], languages: int, seed: int):
    """Train on ``train``; the function from a list of names to a list of languages."""
    torch.manual_seed(seed)
    number = {
        letter: k for k, letter in enumerate(sorted({letter for name, _ in train for letter in name}), 2)
    }

    def batch_of(names):
        tokens = [torch.tensor([number.get(letter, 1) for letter in name] or [1]) for name in names]
        return nn.utils.rnn.pad_sequence(tokens, batch_first=True), torch.tensor([len(row) for row in tokens])

    embedding, gru = nn.Embedding(len(number) + 2, 32), nn.GRU(32, 64, batch_first=True)
    head = nn.Linear(64, languages)

    def logits(names):
        tokens, lengths = batch_of(names)
        return head(gru(embedding(tokens))[0][torch.arange(len(names)), lengths - 1])

    parameters = [*embedding.parameters(), *gru.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(parameters, 4e-3)
    for _ in range(6):
        order = torch.randperm(len(train)).tolist()
        for start in range(0, len(order), 32):
            chosen = [train[k] for k in order[start : start + 32]]
            loss = F.cross_entropy(logits([name for name, _ in chosen]), torch.tensor([k for _, k in chosen]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    @torch.no_grad()
    def predict(names):
        state, answers = None, []
        for name in names:
            tokens, _ = batch_of([name])
            _, state = gru(embedding(tokens), state)
            answers.append(head(state[-1]).argmax(dim=1).item())
        return answers

    return predict
