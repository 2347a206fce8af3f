# ---
# jupyter:
#   course:
#     misconception: "The start symbol counts to the limit, so that a name ends one token too early."
#     section: "The reverse: writing names, Drawing letters"
#     question: "With a limit of 1, how many tokens does your function draw?"
#     keeps:  # points of the tasks that lose some, least and most
#       writer: [2, 2]
# ---

# %% task="writer"
def write_name(
    step, start: int, end: int, temperature: float, limit: int, generator: torch.Generator
) -> list[int]:
    """The tokens of one name that the model draws."""
    token, state, name = start, None, []
    while 1 + len(name) < limit:
        logits, state = step(token, state)
        probabilities = (logits / temperature).softmax(dim=0)
        token = int(torch.multinomial(probabilities, 1, generator=generator))
        if token == end:
            break
        name.append(token)
    return name
