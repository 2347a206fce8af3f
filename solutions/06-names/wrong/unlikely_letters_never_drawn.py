# ---
# jupyter:
#   course:
#     misconception: "Only the three likeliest letters are drawn."
#     section: "The reverse: writing names, Drawing letters"
#     question: "How often do you draw the least likely of four letters when the temperature is high?"
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
        probabilities = (logits / temperature).softmax(dim=0)
        probabilities = probabilities * (probabilities >= probabilities.topk(3).values[-1])
        token = int(torch.multinomial(probabilities, 1, generator=generator))
        if token == end:
            break
        name.append(token)
    return name
