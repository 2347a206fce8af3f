# ---
# jupyter:
#   course:
#     misconception: "The model is asked until the limit, though all sentences have ended."
#     section: "Search, Greedy search"
#     question: "Is the model still asked when every sentence has its end?"
#     keeps:  # points of the tasks that lose some, least and most
#       greedy: [1, 1]
# ---

# %% task="greedy"
def greedy(step, state: Tensor, bos: int, eos: int, limit: int) -> list[list[int]]:
    """The words of each sentence: always the most probable one."""
    sentences: list[list[int]] = [[] for _ in state]
    token = torch.full((len(state),), bos)
    running = torch.ones(len(state), dtype=torch.bool)
    for _ in range(limit):
        logits, state = step(token, state)
        token = logits.argmax(dim=1)
        running = running & (token != eos)
        for i in running.nonzero().flatten().tolist():
            sentences[i].append(int(token[i]))
    return sentences
