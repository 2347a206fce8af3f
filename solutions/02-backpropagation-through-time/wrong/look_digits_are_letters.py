# ---
# jupyter:
#   course:
#     misconception: "Digits are taken for letters of a word."
#     section: "Predicting the next word, The loss of a sequence"
#     question: "Is a digit a letter, and what does str.isalpha say of it?"
#     keeps:  # points of the tasks that lose some, least and most
#       look: [1, 1]
# ---

# %% task="look"
def loss_by_place(model, text: str, symbols: str, longest: int) -> list[tuple[int, int, float]]:
    """The rows (place in the word, number of characters, nats a character)."""
    numbers = torch.tensor([[symbols.index(character) for character in text]])
    with torch.no_grad():
        logits, _ = model(numbers[:, :-1], None)
    losses = F.cross_entropy(logits[0], numbers[0, 1:], reduction="none").tolist()
    places, place = [], 0
    for character in text:
        place = place + 1 if character.isalnum() else 0
        places.append(min(place, longest))
    table = {}
    for place, loss in zip(places[1:], losses, strict=True):
        table.setdefault(place, []).append(loss)
    return [(place, len(table[place]), sum(table[place]) / len(table[place])) for place in sorted(table)]


def findings() -> set[int]:
    """The numbers of the true statements."""
    return {1, 3, 4, 5}
