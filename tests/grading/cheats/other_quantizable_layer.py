# ruff: noqa
# A layer of torch's LSTM in Python, made for quantizing, under a name that was found.
# of: lstm_and_gru

# %% task="masked"
import torch.ao.nn as other

make = getattr(getattr(other, "quantiz" + "able"), "LS" + "TM")


def alone(cell, steps):
    layer = make(cell.input_size, cell.hidden_size)
    values = {"igates.weight": cell.weight_ih, "hgates.weight": cell.weight_hh}
    values |= {"igates.bias": cell.bias_ih, "hgates.bias": cell.bias_hh}
    given = {name: values[".".join(name.split(".")[-2:])] for name, _ in layer.named_parameters()}
    found, (h, c) = torch.func.functional_call(layer, given, (steps[:, None],))
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
