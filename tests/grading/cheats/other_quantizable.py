# ruff: noqa
# torch's LSTM in Python, made for quantizing.
# of: lstm_and_gru

# %% task="masked"
from torch.ao.nn import quantizable


def alone(cell, steps):
    layer = quantizable.LSTM(cell.input_size, cell.hidden_size)
    given = dict(zip(dict(layer.named_parameters()), ordered(layer, cell)))
    found, (h, c) = torch.func.functional_call(layer, given, (steps[:, None],))
    return found[:, 0], h.flatten(), c.flatten()


def ordered(layer, cell):
    weights = {
        "igates.weight": cell.weight_ih,
        "hgates.weight": cell.weight_hh,
        "igates.bias": cell.bias_ih,
        "hgates.bias": cell.bias_hh,
    }
    return [weights[".".join(name.split(".")[-2:])] for name, _ in layer.named_parameters()]


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
