# ---
# jupyter:
#   course:
#     misconception: "The generator is seeded at the start of each name."
#     section: "The reverse: writing names, Drawing letters"
#     question: "What do two calls write, one after the other, with the same generator?"
#     keeps:  # points of the tasks that lose some, least and most
#       writer: [2, 2]
# ---

# %% task="writer"
def write_name(
    step, start: int, end: int, temperature: float, limit: int, generator: torch.Generator
) -> list[int]:
    """The tokens of one name that the model draws."""
    name: list[int] = []
    generator.manual_seed(0)
    token, state = start, None
    while len(name) < limit:
        logits, state = step(token, state)
        probabilities = (logits / temperature).softmax(dim=0)
        token = int(torch.multinomial(probabilities, 1, generator=generator))
        if token == end:
            break
        name.append(token)
    return name
