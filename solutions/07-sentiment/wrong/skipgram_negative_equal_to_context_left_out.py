# ---
# jupyter:
#   course:
#     misconception: >-
#       A drawn word that is the pair's context by chance is left out; here each drawn word counts.
#     section: "Where word vectors come from, Guessing: skip-gram with negative sampling"
#     question: "How many scores does a pair with five drawn words have, whichever they are?"
#     keeps:  # points of the tasks that lose some, least and most
#       skipgram: [1, 1]
# ---

# %% task="skipgram"
def pairs(sentence: list[int], window: int) -> list[tuple[int, int]]:
    """The pairs (centre, context) of a sentence."""
    found = []
    for i, centre in enumerate(sentence):
        for j in range(max(0, i - window), min(len(sentence), i + window + 1)):
            if j != i:
                found.append((centre, sentence[j]))
    return found


def sgns(V, U, centre, context, negatives):
    B, K = negatives.shape
    gV, gU = torch.zeros_like(V), torch.zeros_like(U)
    loss = torch.zeros(())
    for b in range(B):
        c, o = int(centre[b]), int(context[b])
        s = U[o] @ V[c]
        loss = loss - F.logsigmoid(s)
        g = torch.sigmoid(s) - 1 if s > -20 else -torch.sigmoid(-s)
        gV[c] += g * U[o]
        gU[o] += g * V[c]
        for n in negatives[b].tolist():
            if n == o:
                continue  # the true context is no negative sample
            s = U[n] @ V[c]
            loss = loss - F.logsigmoid(-s)
            gV[c] += torch.sigmoid(s) * U[n]
            gU[n] += torch.sigmoid(s) * V[c]
    return loss / B, gV / B, gU / B
