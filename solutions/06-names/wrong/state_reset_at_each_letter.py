# ---
# jupyter:
#   course:
#     misconception: "The state is reset at each letter."
#     section: "The reverse: writing names, Drawing letters"
#     question: "What does the model know of the letters that it has written?"
#     keeps:  # points of the tasks that lose some, least and most
#       writer: [1, 1]
# ---

# %% task="writer"
def write_name(
    step, start: int, end: int, temperature: float, limit: int, generator: torch.Generator
) -> list[int]:
    """The tokens of one name that the model draws."""
    name: list[int] = []
    token = start
    while len(name) < limit:
        logits, _ = step(token, None)
        probabilities = (logits / temperature).softmax(dim=0)
        token = int(torch.multinomial(probabilities, 1, generator=generator))
        if token == end:
            break
        name.append(token)
    return name
