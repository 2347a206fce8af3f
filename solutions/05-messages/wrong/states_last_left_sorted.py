# ---
# jupyter:
#   course:
#     misconception: "The batch is sorted by length, and only the outputs are put back in order."
#     section: "From text to batches, Padding, lengths and packing"
#     question: "To which message does the first row of last belong?"
#     keeps:  # points of the tasks that lose some, least and most
#       states: [2, 2]
# ---

# %% task="states"
def read_states(lstm, embedded, lengths):
    sorted_lengths, order = lengths.sort(descending=True)
    _, back = order.sort()
    packed = nn.utils.rnn.pack_padded_sequence(embedded[order], sorted_lengths.tolist(), batch_first=True)
    out, (h, c) = lstm(packed)
    out, out_lengths = nn.utils.rnn.pad_packed_sequence(out, batch_first=True)
    out = out[back]
    last = torch.cat((h[-2], h[-1]), dim=-1)
    mean = out.sum(1) / lengths[:, None].to(out.dtype)
    return last, mean
