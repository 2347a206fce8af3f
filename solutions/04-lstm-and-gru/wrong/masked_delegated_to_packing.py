# ---
# jupyter:
#   course:
#     misconception: The loop is left to nn.LSTM and packing, which the task forbids.
#     section: "Two layers, two directions, and tags, Sentences of different lengths"
#     question: "Which functions does the task's text rule out?"
#     keeps:  # points of the tasks that lose some, least and most
#       masked: [0, 0]
# ---

# %% task="masked"
def run_masked(cell, x, lengths, reverse=False):
    layer = nn.LSTM(cell.input_size, cell.hidden_size, batch_first=True, bidirectional=True)
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    with torch.no_grad():
        for name in names:
            getattr(layer, f"{name}_l0").copy_(getattr(cell, name))
            getattr(layer, f"{name}_l0_reverse").copy_(getattr(cell, name))
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    outputs, (h, c) = layer(packed)
    outputs, _ = nn.utils.rnn.pad_packed_sequence(outputs, batch_first=True, total_length=x.shape[1])
    return outputs.chunk(2, dim=2)[int(reverse)], h[int(reverse)], c[int(reverse)]
