# ---
# jupyter:
#   course:
#     misconception: "All sentences share one list of words, and each writes into it."
#     section: "Search, Greedy search"
#     question: "How many lists does [[]] * 3 make?"
#     keeps:  # points of the tasks that lose some, least and most
#       greedy: [0, 0]
# ---

# %% task="greedy"
def greedy(step, state: Tensor, bos: int, eos: int, limit: int) -> list[list[int]]:
    """The words of each sentence: always the most probable one."""
    rows = len(state)
    said = [[]] * rows
    ended = [False] * rows
    tokens = torch.full((rows,), bos, dtype=torch.int64)
    for _ in range(limit):
        if all(ended):
            break
        logits, state = step(tokens, state)
        tokens = logits.argmax(dim=1)
        for i, word in enumerate(tokens.tolist()):
            if word == eos:
                ended[i] = True
            if not ended[i]:
                said[i].append(word)
    return said
