# ---
# jupyter:
#   course:
#     misconception: "The temperature is not used."
#     common: "The temperature changes nothing in what is drawn."
#     section: "The reverse: writing names, Drawing letters"
#     question: "What changes in your names when the temperature does?"
#     keeps:  # points of the tasks that lose some, least and most
#       writer: [2, 2]
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
        probabilities = logits.softmax(dim=0)
        token = int(torch.multinomial(probabilities, 1, generator=generator))
        if token == end:
            break
        name.append(token)
    return name
