# ---
# jupyter:
#   course:
#     misconception: At padding the output repeats the last state; it should be 0.
#     section: "Two layers, two directions, and tags, Sentences of different lengths"
#     question: "Which output does the task ask for at padding?"
#     keeps:  # points of the tasks that lose some, least and most
#       masked: [2, 2]
# ---

# %% task="masked"
def run_masked(cell, x, lengths, reverse=False):
    batch, time, _ = x.shape
    h = c = torch.zeros(batch, cell.hidden_size)
    outputs = [h] * time
    for t in range(time - 1, -1, -1) if reverse else range(time):
        real = (t < lengths).unsqueeze(1)
        h_new, c_new = cell(x[:, t], (h, c))
        h, c = torch.where(real, h_new, h), torch.where(real, c_new, c)
        outputs[t] = h
    return torch.stack(outputs, 1), h, c
