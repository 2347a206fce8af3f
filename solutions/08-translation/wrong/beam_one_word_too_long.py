# ---
# jupyter:
#   course:
#     misconception: "The search goes one word beyond the limit."
#     section: "Search, Beam search"
#     question: "How many words may a translation have at most?"
#     keeps:  # points of the tasks that lose some, least and most
#       beam: [0, 0]
# ---

# %% task="beam"
def beam_search(
    step, state: Tensor, bos: int, eos: int, limit: int, width: int
) -> list[tuple[list[int], float]]:
    """(words, score) of each sentence: the best that the beam has finished."""
    answers = []
    for first in state:
        beam, states = [(0.0, [bos])], first.unsqueeze(0)
        finished: list[tuple[float, list[int]]] = []
        for length in range(1, limit + 2):
            logits, states = step(torch.tensor([words[-1] for _, words in beam]), states)
            before = torch.tensor([[log_p] for log_p, _ in beam])
            totals = (before + logits.log_softmax(dim=1)).flatten()
            best = totals.topk(min(width, len(totals)))
            parents = best.indices // logits.shape[1]
            made = [
                (log_p, [*beam[parent][1], word])
                for log_p, parent, word in zip(
                    best.values.tolist(),
                    parents.tolist(),
                    (best.indices % logits.shape[1]).tolist(),
                    strict=True,
                )
            ]
            open_ = [k for k, (_, words) in enumerate(made) if words[-1] != eos and length <= limit]
            finished += [(log_p / length, words) for k, (log_p, words) in enumerate(made) if k not in open_]
            beam, states = [made[k] for k in open_], states[parents[open_]]
            if not beam:
                break
        score, words = max(finished)
        answers.append(([word for word in words[1:] if word != eos], score))
    return answers
