# ---
# jupyter:
#   course:
#     misconception: >-
#       The states are brought to (batch, time, m) by a reshape, which mixes the sentences, and not by
#       transposing.
#     section: "Attention, Line by line"
#     question: "Which sentence's state stands in row 0, place 1 after your reshape?"
#     keeps:  # points of the tasks that lose some, least and most
#       attention: [1, 1]
# ---

# %% task="attention"
def additive_attention(query, states, lengths, W, U, v):
    seq_len, batch_size, hidden = states.size()
    encoder_outputs = states.reshape(batch_size, seq_len, hidden)  # batch first
    q = F.linear(query, U).unsqueeze(1)  # (batch, 1, k)
    keys = F.linear(encoder_outputs, W)  # (batch, time, k)
    scores = torch.matmul(torch.tanh(q + keys), v)
    pad = torch.arange(seq_len)[None, :] >= lengths[:, None]
    scores = scores.masked_fill(pad, float("-inf"))
    weights = F.softmax(scores, dim=-1)
    context = torch.bmm(weights.unsqueeze(1), encoder_outputs).squeeze(1)
    return context, weights
