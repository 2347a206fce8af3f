# ---
# jupyter:
#   course:
#     misconception: "The likeliest letter is taken, nothing is drawn."
#     section: "The reverse: writing names, Drawing letters"
#     question: "Does the model write two different names from the same start?"
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
        token = int(probabilities.argmax())
        if token == end:
            break
        name.append(token)
    return name
