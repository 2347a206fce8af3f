# ---
# jupyter:
#   course:
#     misconception: Each item is left to torch.lstm under another name, which is forbidden, too.
#     section: "Two layers, two directions, and tags, Sentences of different lengths"
#     question: "Which functions does the task's text rule out?"
#     keeps:  # points of the tasks that lose some, least and most
#       masked: [0, 0]
# ---

# %% task="masked"
from torch import lstm as my_layer


def run_masked(cell, x, lengths, reverse=False):
    states, cells = [], []
    start = torch.zeros(1, 1, cell.hidden_size)
    rows = []
    for item, length in zip(x, lengths.tolist()):
        steps = item[:length].flip(0) if reverse else item[:length]
        found, h, c = my_layer(
            steps[None], (start, start), list(cell.parameters()), True, 1, 0.0, False, False, True
        )
        found = found[0].flip(0) if reverse else found[0]
        rows.append(nn.functional.pad(found, (0, 0, 0, x.shape[1] - length)))
        states.append(h[0, 0])
        cells.append(c[0, 0])
    return torch.stack(rows), torch.stack(states), torch.stack(cells)
