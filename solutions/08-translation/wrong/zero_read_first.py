# ---
# jupyter:
#   course:
#     misconception: "Word 0 is read first in place of the start."
#     section: "Search, Greedy search"
#     question: "What does the decoder read before the first word?"
#     keeps:  # points of the tasks that lose some, least and most
#       greedy: [1, 1]
# ---

# %% task="greedy"
def greedy(step, state: Tensor, bos: int, eos: int, limit: int) -> list[list[int]]:
    """The words of each sentence: always the most probable one."""
    sentences: list[list[int]] = [[] for _ in state]
    token = torch.zeros(len(state), dtype=torch.int64)
    running = torch.ones(len(state), dtype=torch.bool)
    for _ in range(limit):
        logits, state = step(token, state)
        token = logits.argmax(dim=1)
        running = running & (token != eos)
        if not running.any():
            break
        for i in running.nonzero().flatten().tolist():
            sentences[i].append(int(token[i]))
    return sentences
