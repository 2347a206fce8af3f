# ---
# jupyter:
#   course:
#     misconception: "Only a space ends a word: line breaks, digits and full stops count as letters."
#     common: "Digits and full stops count as letters of a word."
#     section: "Predicting the next word, The loss of a sequence"
#     question: "Is a full stop a letter of the word that it ends?"
#     keeps:  # points of the tasks that lose some, least and most
#       look: [1, 1]
# ---

# %% task="look"
def loss_by_place(model, text, symbols, longest):
    numbers = torch.tensor([[symbols.index(character) for character in text]])
    with torch.no_grad():
        logits, _ = model(numbers[:, :-1], None)
    losses = F.cross_entropy(logits[0], numbers[0, 1:], reduction="none").tolist()
    place, rows = int(text[0] != " "), {}
    for character, loss in zip(text[1:], losses, strict=True):
        place = place + 1 if character != " " else 0
        rows.setdefault(min(place, longest), []).append(loss)
    return [(place, len(rows[place]), sum(rows[place]) / len(rows[place])) for place in sorted(rows)]


def findings():
    return {1, 3, 4, 5}
