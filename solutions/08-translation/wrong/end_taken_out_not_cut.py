# ---
# jupyter:
#   course:
#     misconception: "The end is taken out of the words, and what was said behind it stays."
#     section: "Search, Greedy search"
#     question: "What does your answer hold if the model says *a*, eos, *b*?"
#     keeps:  # points of the tasks that lose some, least and most
#       greedy: [0, 0]
# ---

# %% task="greedy"
def greedy(step, state, bos, eos, limit):
    token = torch.full((state.shape[0],), bos, dtype=torch.long)
    done = torch.zeros(state.shape[0], dtype=torch.bool)
    outputs = []
    while len(outputs) < limit and not done.all():
        logits, state = step(token, state)
        token = torch.argmax(logits, dim=-1)
        done |= token == eos
        outputs.append(token)
    if not outputs:
        return [[] for _ in range(len(state))]
    matrix = torch.stack(outputs, dim=1).tolist()
    return [[w for w in row if w != eos and w != bos] for row in matrix]
