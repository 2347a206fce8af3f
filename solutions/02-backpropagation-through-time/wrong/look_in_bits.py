# ---
# jupyter:
#   course:
#     misconception: The losses are in bits.
#     section: "Predicting the next word, The loss of a sequence"
#     question: "To which base is the logarithm of the loss that is asked for?"
#     keeps:  # points of the tasks that lose some, least and most
#       look: [1, 1]
# ---

# %% task="look"
def loss_by_place(model, text, symbols, longest):
    numbers = torch.tensor([[symbols.index(character) for character in text]])
    with torch.no_grad():
        logits, _ = model(numbers[:, :-1], None)
    losses = F.cross_entropy(logits[0], numbers[0, 1:], reduction="none").tolist()
    place, rows = int(text[0].isalpha()), {}
    for character, loss in zip(text[1:], losses, strict=True):
        place = place + 1 if character.isalpha() else 0
        rows.setdefault(min(place, longest), []).append(loss)
    return [
        (place, len(rows[place]), sum(rows[place]) / len(rows[place]) / math.log(2)) for place in sorted(rows)
    ]


def findings():
    return {1, 3, 4, 5}
