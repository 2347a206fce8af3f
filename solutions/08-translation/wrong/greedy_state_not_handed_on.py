# ---
# jupyter:
#   course:
#     misconception: "The model gets the first state again at each step."
#     section: "Search, Greedy search"
#     question: "Which state does the model get with the second word?"
#     keeps:  # points of the tasks that lose some, least and most
#       greedy: [0, 0]
# ---

# %% task="greedy"
def greedy(step, state: Tensor, bos: int, eos: int, limit: int) -> list[list[int]]:
    """The words of each sentence: always the most probable one."""
    sentences: list[list[int]] = [[] for _ in state]
    token = torch.full((len(state),), bos)
    running = torch.ones(len(state), dtype=torch.bool)
    for _ in range(limit):
        logits, _ = step(token, state)
        token = logits.argmax(dim=1)
        running = running & (token != eos)
        if not running.any():
            break
        for i in running.nonzero().flatten().tolist():
            sentences[i].append(int(token[i]))
    return sentences
