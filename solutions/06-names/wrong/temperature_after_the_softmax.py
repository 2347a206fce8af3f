# ---
# jupyter:
#   course:
#     misconception: "The probabilities are divided by the temperature, which changes nothing."
#     common: "The temperature changes nothing in what is drawn."
#     section: "The reverse: writing names, Drawing letters"
#     question: "What does dividing all probabilities by one number do to their shares?"
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
        probabilities = logits.softmax(dim=0) / temperature
        token = int(torch.multinomial(probabilities, 1, generator=generator))
        if token == end:
            break
        name.append(token)
    return name
