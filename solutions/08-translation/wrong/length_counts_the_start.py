# ---
# jupyter:
#   course:
#     misconception: "The start symbol counts in the length by which log p is divided."
#     section: "Search, Length normalisation"
#     question: "By what is log p divided if the model says the end at once?"
#     keeps:  # points of the tasks that lose some, least and most
#       beam: [1, 1]
# ---

# %% task="beam"
def beam_search(
    step, state: Tensor, bos: int, eos: int, limit: int, width: int
) -> list[tuple[list[int], float]]:
    """(words, score) of each sentence: the best that the beam has finished."""
    answers = []
    for sentence in range(len(state)):
        beam, memory = [([], 0.0)], state[sentence : sentence + 1]
        finished = []
        for length in range(1, limit + 1):
            read = torch.tensor([words[-1] if words else bos for words, _ in beam])
            logits, memory = step(read, memory)
            so_far = torch.tensor([log_p for _, log_p in beam], dtype=torch.float64)
            sums = so_far.unsqueeze(1) + logits.double().log_softmax(dim=1)
            best, places = sums.flatten().topk(min(width, sums.numel()))
            following, rows = [], []
            for log_p, place in zip(best.tolist(), places.tolist()):
                row, word = divmod(place, logits.shape[1])
                words = beam[row][0]
                if word == eos:
                    finished.append((words, log_p / (length + 1)))
                else:
                    following.append(([*words, word], log_p))
                    rows.append(row)
            beam, memory = following, memory[rows]
            if not beam:
                break
        finished += [(words, log_p / (len(words) + 1)) for words, log_p in beam]
        answers.append(max(finished, key=lambda item: item[1]))
    return answers
