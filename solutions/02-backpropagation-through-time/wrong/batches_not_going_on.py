# ---
# jupyter:
#   course:
#     misconception: Each batch is a stretch of the text, so that the next one does not go on row by row.
#     section: "The cost of a long text, and the cut, What the cut loses"
#     question: "What does row 0 of the second batch go on from?"
#     keeps:  # points of the tasks that lose some, least and most
#       batches: [0, 0]
# ---

# %% task="batches"
def text_batches(tokens, batch_size, seq_length):
    area = batch_size * seq_length
    empty = -(len(tokens) - 1) % area
    inputs, targets = F.pad(tokens[:-1], (0, empty)), F.pad(tokens[1:], (0, empty), value=-100)
    for start in range(0, len(inputs), area):
        yield (
            inputs[start : start + area].view(batch_size, seq_length),
            targets[start : start + area].view(batch_size, seq_length),
        )
