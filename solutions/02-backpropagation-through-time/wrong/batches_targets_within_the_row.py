# ---
# jupyter:
#   course:
#     misconception: The target at the end of a row is the row's own first token.
#     section: "The cost of a long text, and the cut, What the cut loses"
#     question: "Which token of the text comes after the last one of a row?"
#     keeps:  # points of the tasks that lose some, least and most
#       batches: [1, 1]
# ---

# %% task="batches"
def text_batches(tokens, batch_size, seq_length):
    width = math.ceil((len(tokens) - 1) / batch_size)
    empty = width * batch_size - (len(tokens) - 1)
    inputs = F.pad(tokens[:-1], (0, empty)).view(batch_size, width)
    targets = F.pad(tokens[1:], (0, empty), value=-100).view(batch_size, width)
    targets[:, -1] = inputs[:, 0]
    for start in range(0, width, seq_length):
        yield inputs[:, start : start + seq_length], targets[:, start : start + seq_length]
