# ---
# jupyter:
#   course:
#     misconception: Backwards, the outputs come in the order of reading.
#     section: "Two layers, two directions, and tags, Deep and bidirectional networks"
#     question: "Read from the end, which place belongs to the first output that you compute?"
#     keeps:  # points of the tasks that lose some, least and most
#       masked: [3, 3]
# ---

# %% task="masked"
def run_masked(cell, x, lengths, reverse=False):
    batch, time, _ = x.shape
    h = c = torch.zeros(batch, cell.hidden_size)
    outputs = []
    for t in range(time - 1, -1, -1) if reverse else range(time):
        real = (t < lengths).unsqueeze(1)
        h_new, c_new = cell(x[:, t], (h, c))
        h, c = torch.where(real, h_new, h), torch.where(real, c_new, c)
        outputs.append(h * real)
    return torch.stack(outputs, 1), h, c
