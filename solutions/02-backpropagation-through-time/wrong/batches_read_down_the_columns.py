# ---
# jupyter:
#   course:
#     misconception: Neighbouring tokens are put in different rows, so that no row is a text.
#     section: "The cost of a long text, and the cut, What the cut loses"
#     question: "Which tokens of the text stand beside each other in a row of yours?"
#     keeps:  # points of the tasks that lose some, least and most
#       batches: [0, 0]
# ---

# %% task="batches"
def text_batches(tokens, batch_size, seq_length):
    width = math.ceil((len(tokens) - 1) / batch_size)
    empty = width * batch_size - (len(tokens) - 1)
    inputs = F.pad(tokens[:-1], (0, empty)).view(width, batch_size).T
    targets = F.pad(tokens[1:], (0, empty), value=-100).view(width, batch_size).T
    for start in range(0, width, seq_length):
        yield inputs[:, start : start + seq_length], targets[:, start : start + seq_length]
