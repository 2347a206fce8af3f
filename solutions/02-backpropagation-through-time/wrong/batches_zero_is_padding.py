# ---
# jupyter:
#   course:
#     misconception: "Every target 0 becomes -100, also where 0 is a token of the text."
#     section: "The cost of a long text, and the cut, What the cut loses"
#     question: "What is the target when the next token of the text is 0?"
#     keeps:  # points of the tasks that lose some, least and most
#       batches: [1, 1]
# ---

# %% task="batches"
def text_batches(tokens: Tensor, batch_size: int, seq_length: int) -> Iterator[tuple[Tensor, Tensor]]:
    """The batches (inputs, targets) of a text, in order."""
    inputs, targets = tokens[:-1].long(), tokens[1:].long()
    width = math.ceil(len(inputs) / batch_size)
    missing = width * batch_size - len(inputs)
    inputs = F.pad(inputs, (0, missing), value=0).reshape(batch_size, width)
    targets = F.pad(targets, (0, missing), value=0).reshape(batch_size, width)
    targets = targets.masked_fill(targets == 0, -100)
    for start in range(0, width, seq_length):
        yield inputs[:, start : start + seq_length], targets[:, start : start + seq_length]
