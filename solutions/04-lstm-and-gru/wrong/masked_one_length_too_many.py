# ---
# jupyter:
#   course:
#     misconception: The step after the last one is read, too.
#     section: "Two layers, two directions, and tags, Sentences of different lengths"
#     question: "Which index has the last step of a sequence of length 3?"
#     keeps:  # points of the tasks that lose some, least and most
#       masked: [0, 0]
# ---

# %% task="masked"
def run_masked(cell, x, lengths, reverse=False):
    batch, time, _ = x.shape
    h = c = torch.zeros(batch, cell.hidden_size)
    outputs = [h] * time
    for t in range(time - 1, -1, -1) if reverse else range(time):
        real = (t <= lengths).unsqueeze(1)
        h_new, c_new = cell(x[:, t], (h, c))
        h, c = torch.where(real, h_new, h), torch.where(real, c_new, c)
        outputs[t] = h * real
    return torch.stack(outputs, 1), h, c
