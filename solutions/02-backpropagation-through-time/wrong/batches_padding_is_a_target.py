# ---
# jupyter:
#   course:
#     misconception: Places after the end of the text have the target 0, which is a token.
#     section: "The cost of a long text, and the cut, What the cut loses"
#     question: "Can your loss tell a place after the end of the text from the token 0?"
#     keeps:  # points of the tasks that lose some, least and most
#       batches: [1, 1]
# ---

# %% task="batches"
def text_batches(tokens, batch_size, seq_length):
    width = math.ceil((len(tokens) - 1) / batch_size)
    empty = width * batch_size - (len(tokens) - 1)
    inputs = F.pad(tokens[:-1], (0, empty)).view(batch_size, width)
    targets = F.pad(tokens[1:], (0, empty)).view(batch_size, width)
    for start in range(0, width, seq_length):
        yield inputs[:, start : start + seq_length], targets[:, start : start + seq_length]
