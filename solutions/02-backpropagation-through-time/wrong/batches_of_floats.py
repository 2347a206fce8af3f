# ---
# jupyter:
#   course:
#     misconception: "The numbers of the tokens become floating-point numbers."
#     section: "The cost of a long text, and the cut, What the cut loses"
#     question: "Of which type are your inputs, and of which type are the tokens?"
#     keeps:  # points of the tasks that lose some, least and most
#       batches: [2, 2]
# ---

# %% task="batches"
def text_batches(tokens, batch_size, seq_length):
    count = len(tokens) - 1
    width = math.ceil(count / batch_size)
    inputs, targets = torch.zeros(batch_size * width), torch.full((batch_size * width,), -100.0)
    inputs[:count], targets[:count] = tokens[:-1], tokens[1:]
    inputs, targets = inputs.view(batch_size, width), targets.view(batch_size, width)
    for start in range(0, width, seq_length):
        yield inputs[:, start : start + seq_length], targets[:, start : start + seq_length]
