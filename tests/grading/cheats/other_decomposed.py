# ruff: noqa
# torch's LSTM in Python, made for its compilers.
# of: lstm_and_gru

# %% task="masked"
import torch._decomp.decompositions as other


def alone(cell, steps):
    zeros = torch.zeros(1, 1, cell.hidden_size)
    found, (h, c) = other.one_layer_lstm(steps[:, None], (zeros[0], zeros[0]), list(cell.parameters()), True)
    return found[:, 0], h.flatten(), c.flatten()


def run_masked(cell, x, lengths, reverse=False):
    outputs, last = [], []
    for item, length in zip(x, lengths.tolist()):
        steps = item[:length].flip(0) if reverse else item[:length]
        found, h, c = alone(cell, steps)
        found = found.flip(0) if reverse else found
        outputs.append(torch.nn.functional.pad(found, (0, 0, 0, x.shape[1] - length)))
        last.append(torch.stack((h, c)))
    states = torch.stack(last)
    return torch.stack(outputs), states[:, 0], states[:, 1]
