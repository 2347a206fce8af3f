# ---
# jupyter:
#   course:
#     misconception: "The largest continuations are taken over the whole batch, not by sentence."
#     section: "Search, Beam search"
#     question: "Among which continuations are the best ones chosen: those of one sentence, or of all?"
#     keeps:  # points of the tasks that lose some, least and most
#       beam: [1, 1]
# ---

# %% task="beam"
def beam_search(
    step, state: Tensor, bos: int, eos: int, limit: int, width: int
) -> list[tuple[list[int], float]]:
    """(words, score) of each sentence: the best that the beam has finished."""
    beam, states = [(0.0, [bos], i) for i in range(len(state))], state
    finished: list = [[] for _ in state]
    for length in range(1, limit + 1):
        logits, states = step(torch.tensor([words[-1] for _, words, _ in beam]), states)
        before = torch.tensor([[log_p] for log_p, _, _ in beam])
        totals = (before + logits.log_softmax(dim=1)).flatten()
        best = totals.topk(min(width * len(state), len(totals)))
        kept, rows = [], []
        for log_p, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            parent, word = divmod(place, logits.shape[1])
            _, words, i = beam[parent]
            if word == eos or length == limit:
                finished[i].append((log_p / length, [*words, word]))
            else:
                kept.append((log_p, [*words, word], i))
                rows.append(parent)
        beam, states = kept, states[rows]
        if not beam:
            break
    answers = []
    for found in finished:
        score, words = max(found, default=(-math.inf, [bos]))
        answers.append(([word for word in words[1:] if word != eos], score))
    return answers
