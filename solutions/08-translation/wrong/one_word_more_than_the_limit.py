# ---
# jupyter:
#   course:
#     misconception: "The search goes one word beyond the limit."
#     section: "Search, Greedy search"
#     question: "How many words may a translation have at most?"
#     keeps:  # points of the tasks that lose some, least and most
#       greedy: [0, 0]
# ---

# %% task="greedy"
def greedy(step, state: Tensor, bos: int, eos: int, limit: int) -> list[list[int]]:
    """The words of each sentence: always the most probable one."""
    sentences: list[list[int]] = [[] for _ in state]
    token = torch.full((len(state),), bos)
    running = torch.ones(len(state), dtype=torch.bool)
    for _ in range(limit + 1):
        logits, state = step(token, state)
        token = logits.argmax(dim=1)
        running = running & (token != eos)
        if not running.any():
            break
        for i in running.nonzero().flatten().tolist():
            sentences[i].append(int(token[i]))
    return sentences
