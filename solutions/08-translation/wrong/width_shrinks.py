# ---
# jupyter:
#   course:
#     misconception: "Each sentence that is finished takes a place of the beam for good."
#     section: "Search, Beam search"
#     question: "How many unfinished sentences does a beam of 2 follow when one has ended?"
#     keeps:  # points of the tasks that lose some, least and most
#       beam: [2, 2]
# ---

# %% task="beam"
def beam_search(step, state, bos, eos, limit, width):
    answers = []
    for i in range(len(state)):
        k = width
        seqs = torch.empty(1, 0, dtype=torch.int64)
        top = torch.zeros(1)
        h = state[i].unsqueeze(0)
        prev = torch.tensor([bos])
        complete = []
        for t in range(limit):
            logits, h = step(prev, h)
            V = logits.size(1)
            scores = F.log_softmax(logits, dim=1) + top.unsqueeze(1)
            top, idx = scores.view(-1).topk(min(k, scores.numel()))
            beam_idx, word = idx // V, idx % V
            seqs = torch.cat([seqs[beam_idx], word.unsqueeze(1)], dim=1)
            ended = word == eos
            for s, p in zip(seqs[ended].tolist(), top[ended].tolist()):
                complete.append((s[:-1], p / (t + 1)))
            k -= int(ended.sum())  # reduce the beam accordingly
            keep = ~ended
            seqs, top, h, prev = seqs[keep], top[keep], h[beam_idx[keep]], word[keep]
            if k == 0 or len(seqs) == 0:
                break
        complete += [(s, p / len(s)) for s, p in zip(seqs.tolist(), top.tolist()) if len(s) == limit]
        answers.append(max(complete, key=lambda c: c[1]))
    return answers
