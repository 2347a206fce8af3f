# ---
# jupyter:
#   course:
#     misconception: What does not fill the rows is left out, as the chapter does it.
#     section: "The cost of a long text, and the cut, What the cut loses"
#     question: "How many tokens does the text have, and how many of them stand in your batches?"
#     keeps:  # points of the tasks that lose some, least and most
#       batches: [0, 0]
# ---

# %% task="batches"
def text_batches(tokens, batch_size, seq_length):
    width = (len(tokens) - 1) // batch_size
    inputs = tokens[: width * batch_size].view(batch_size, width)
    targets = tokens[1 : width * batch_size + 1].view(batch_size, width)
    for start in range(0, width, seq_length):
        yield inputs[:, start : start + seq_length], targets[:, start : start + seq_length]
