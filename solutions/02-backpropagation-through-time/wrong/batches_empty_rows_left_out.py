# ---
# jupyter:
#   course:
#     misconception: "Rows that hold nothing but padding are left out."
#     section: "The cost of a long text, and the cut, What the cut loses"
#     question: "How many rows has each batch, however short the text is?"
#     keeps:  # points of the tasks that lose some, least and most
#       batches: [0, 0]
# ---

# %% task="batches"
def text_batches(tokens: Tensor, batch_size: int, seq_length: int) -> Iterator[tuple[Tensor, Tensor]]:
    """The batches (inputs, targets) of a text, in order."""
    inputs, targets = tokens[:-1].long(), tokens[1:].long()
    width = math.ceil(len(inputs) / batch_size)
    missing = width * batch_size - len(inputs)
    inputs = F.pad(inputs, (0, missing), value=0).reshape(batch_size, width)
    targets = F.pad(targets, (0, missing), value=-100).reshape(batch_size, width)
    full = (targets != -100).any(dim=1)
    inputs, targets = inputs[full], targets[full]
    for start in range(0, width, seq_length):
        yield inputs[:, start : start + seq_length], targets[:, start : start + seq_length]
