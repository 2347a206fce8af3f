# ---
# jupyter:
#   course:
#     misconception: "The start is read at each step: what was said is not fed back."
#     section: "Search, Greedy search"
#     question: "What does the decoder read after it has said a word?"
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
        said = logits.argmax(dim=1)
        running = running & (said != eos)
        if not running.any():
            break
        for i in running.nonzero().flatten().tolist():
            sentences[i].append(int(said[i]))
    return sentences
