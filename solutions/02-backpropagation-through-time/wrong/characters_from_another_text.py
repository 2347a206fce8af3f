# ---
# jupyter:
#   course:
#     misconception: The model learns from a text of its own, whatever it is given.
#     section: "A language model that writes, Training"
#     question: "Does your model know more of the text that it is given than of any other?"
#     keeps:  # points of the tasks that lose some, least and most
#       characters: [0, 0]
# ---

# %% task="characters"
def fit_characters(train, symbols, seed):
    torch.manual_seed(seed)
    train, _ = texts_of(0)
    model = LanguageModel(len(symbols), 32, 128, cell=RNN)
    numbers = torch.tensor([symbols.index(character) for character in train])
    rows = numbers[: len(numbers) // 32 * 32].view(32, -1)
    pieces = rows.unfold(1, 41, 40).unbind(1)  # 40 characters, and the one that follows
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=5 * len(pieces))
    for _ in range(5):
        state = None
        for piece in pieces:
            logits, state = model(piece[:, :-1], state)
            state = state.detach()
            loss = F.cross_entropy(logits.transpose(1, 2), piece[:, 1:])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return model
