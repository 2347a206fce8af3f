# ---
# jupyter:
#   course:
#     misconception: "The generator is not used, so no name can be drawn again."
#     section: "The reverse: writing names, Drawing letters"
#     question: "What does a second call with the same seed write?"
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
        token = int(torch.multinomial(probabilities, 1))
        if token == end:
            break
        name.append(token)
    return name
