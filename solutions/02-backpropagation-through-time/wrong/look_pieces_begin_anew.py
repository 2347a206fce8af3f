# ---
# jupyter:
#   course:
#     misconception: "A long text is read in pieces, and each begins without the state of the one before."
#     section: "The cost of a long text, and the cut, What the cut loses"
#     question: "What does your model know at the beginning of the second piece?"
#     keeps:  # points of the tasks that lose some, least and most
#       look: [1, 1]
# ---

# %% task="look"
def loss_by_place(model, text, symbols, longest):
    numbers = torch.tensor([[symbols.index(character) for character in text]])
    with torch.no_grad():
        logits = torch.cat([model(piece, None)[0][0] for piece in numbers[:, :-1].split(500, 1)])
    losses = F.cross_entropy(logits, numbers[0, 1:], reduction="none").tolist()
    place, rows = int(text[0].isalpha()), {}
    for character, loss in zip(text[1:], losses, strict=True):
        place = place + 1 if character.isalpha() else 0
        rows.setdefault(min(place, longest), []).append(loss)
    return [(place, len(rows[place]), sum(rows[place]) / len(rows[place])) for place in sorted(rows)]


def findings():
    return {1, 3, 4, 5}
