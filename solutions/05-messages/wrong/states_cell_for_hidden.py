# ---
# jupyter:
#   course:
#     misconception: "last holds the cell's states, not the hidden ones."
#     section: "From text to batches, Padding, lengths and packing"
#     question: "Which of the two states of an LSTM is its output?"
#     keeps:  # points of the tasks that lose some, least and most
#       states: [2, 2]
# ---

# %% task="states"
def read_states(lstm, embedded, lengths):
    lasts, means = [], []
    for i in range(len(lengths)):
        one = embedded[i : i + 1, : int(lengths[i])]
        output, (c, h) = lstm(one)
        lasts.append(torch.cat([h[0, 0], h[1, 0]]))
        means.append(output[0].mean(dim=0))
    return torch.stack(lasts), torch.stack(means)
