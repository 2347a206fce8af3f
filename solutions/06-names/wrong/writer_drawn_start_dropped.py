# ---
# jupyter:
#   course:
#     misconception: >-
#       A start token that is drawn is dropped; only the one that is read first does not belong to the name.
#     section: "The reverse: writing names, Drawing letters"
#     question: "What does your function return if the model draws its start token?"
#     keeps:  # points of the tasks that lose some, least and most
#       writer: [1, 1]
# ---

# %% task="writer"
def write_name(step, start, end, temperature, limit, generator):
    sequence = [start]
    state = None
    while True:
        logits, state = step(sequence[-1], state)
        weights = F.softmax(logits / temperature, dim=-1)
        sequence.append(torch.multinomial(weights, 1, generator=generator).item())
        if sequence[-1] == end or len(sequence) > limit:
            break
    return [token for token in sequence if token not in (start, end)]
