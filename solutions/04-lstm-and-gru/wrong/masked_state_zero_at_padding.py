# ---
# jupyter:
#   course:
#     misconception: At padding the state becomes 0, and the last state with it.
#     section: "Two layers, two directions, and tags, Sentences of different lengths"
#     question: "What becomes of the state of a short sequence while a longer one is still read?"
#     keeps:  # points of the tasks that lose some, least and most
#       masked: [3, 3]
# ---

# %% task="masked"
def run_masked(cell, x, lengths, reverse=False):
    batch, time, _ = x.shape
    h = c = torch.zeros(batch, cell.hidden_size)
    outputs = [h] * time
    for t in range(time - 1, -1, -1) if reverse else range(time):
        real = (t < lengths).unsqueeze(1)
        h_new, c_new = cell(x[:, t], (h, c))
        h, c = h_new * real, c_new * real
        outputs[t] = h * real
    return torch.stack(outputs, 1), h, c
