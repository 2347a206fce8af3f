# ---
# jupyter:
#   course:
#     misconception: >-
#       The tokens are spread evenly over the rows, each padded at its end; every row but the last must be
#       full.
#     section: "The cost of a long text, and the cut, Truncated BPTT"
#     question: "Which rows end in padding?"
#     keeps:  # points of the tasks that lose some, least and most
#       batches: [0, 0]
# ---

# %% task="batches"
def text_batches(tokens: Tensor, batch_size: int, seq_length: int) -> Iterator[tuple[Tensor, Tensor]]:
    """The batches (inputs, targets) of a text, in order."""
    reads = torch.tensor_split(tokens[:-1].long(), batch_size)
    wanted = torch.tensor_split(tokens[1:].long(), batch_size)
    inputs = nn.utils.rnn.pad_sequence(list(reads), batch_first=True, padding_value=0)
    targets = nn.utils.rnn.pad_sequence(list(wanted), batch_first=True, padding_value=-100)
    return list(zip(inputs.split(seq_length, dim=1), targets.split(seq_length, dim=1)))
