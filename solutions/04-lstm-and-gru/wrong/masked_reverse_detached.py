# ---
# jupyter:
#   course:
#     misconception: Read backwards, the state is detached at every step.
#     section: "Two layers, two directions, and tags, Deep and bidirectional networks"
#     question: "Does the state at place 0 still depend on the last input when gradients are asked for?"
#     keeps:  # points of the tasks that lose some, least and most
#       masked: [3, 3]
# ---

# %% task="masked"
def run_masked(cell, x, lengths, reverse=False):
    batch, time, _ = x.shape
    h = c = x.new_zeros(batch, cell.hidden_size)
    outputs = [h] * time
    for t in reversed(range(time)) if reverse else range(time):
        if reverse:
            h, c = h.detach(), c.detach()
        real = (t < lengths).unsqueeze(1)
        h_new, c_new = cell(x[:, t], (h, c))
        h, c = torch.where(real, h_new, h), torch.where(real, c_new, c)
        outputs[t] = h * real
    return torch.stack(outputs, dim=1), h, c
