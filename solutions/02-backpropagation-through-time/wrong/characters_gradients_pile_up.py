# ---
# jupyter:
#   course:
#     misconception: zero_grad is forgotten, and the gradients of all steps add up.
#     section: "Backpropagation through time, by hand, What goes wrong"
#     question: "What stands in the gradients when the second batch begins?"
#     keeps:  # points of the tasks that lose some, least and most
#       characters: [0, 0]
# ---

# %% task="characters"
def fit_characters(train, symbols, seed):
    torch.manual_seed(seed)
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
            loss.backward()
            optimizer.step()
            schedule.step()
    return model
