# ---
# jupyter:
#   course:
#     misconception: >-
#       The last token is read, too, although nothing follows it; with it the rows may become wider.
#     section: "The cost of a long text, and the cut, What the cut loses"
#     question: "How many tokens of the text have one that follows them?"
#     keeps:  # points of the tasks that lose some, least and most
#       batches: [0, 0]
# ---

# %% task="batches"
def text_batches(tokens: Tensor, batch_size: int, seq_length: int) -> Iterator[tuple[Tensor, Tensor]]:
    """The batches (inputs, targets) of a text, in order."""
    inputs, targets = tokens.long(), tokens[1:].long()
    width = math.ceil(len(inputs) / batch_size)
    missing = width * batch_size - len(inputs)
    inputs = F.pad(inputs, (0, missing), value=0).reshape(batch_size, width)
    targets = F.pad(targets, (0, missing + 1), value=-100).reshape(batch_size, width)
    for start in range(0, width, seq_length):
        yield inputs[:, start : start + seq_length], targets[:, start : start + seq_length]
