# ---
# jupyter:
#   course:
#     misconception: "The end symbol is taken for a letter, and every name runs to the limit."
#     section: "The reverse: writing names, A language model that is told a language"
#     question: "What should happen when the end symbol is drawn?"
#     keeps:  # points of the tasks that lose some, least and most
#       writer: [0, 1]
# ---

# %% task="writer"
def write_name(
    step, start: int, end: int, temperature: float, limit: int, generator: torch.Generator
) -> list[int]:
    """The tokens of one name that the model draws."""
    name: list[int] = []
    token, state = start, None
    while len(name) < limit:
        logits, state = step(token, state)
        probabilities = (logits / temperature).softmax(dim=0)
        token = int(torch.multinomial(probabilities, 1, generator=generator))
        name.append(token)
    return name
