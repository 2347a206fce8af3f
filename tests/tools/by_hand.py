"""The cells of two papers, number by number: slow, plain, and independent of the code under test.

Greff et al. (2017), "LSTM: A Search Space Odyssey", section II and III, and Jozefowicz et al. (2015), "An
Empirical Exploration of Recurrent Network Architectures", section 2 and 3.1. No tensor operation but reading
a number; all sums are loops.
"""

import math

import numpy as np


def sigmoid(v):
    return 1 / (1 + math.exp(-v))


def dot(row, vector):
    return sum(float(a) * float(b) for a, b in zip(row, vector, strict=True))


class Block:
    """The rows of one gate: W (hidden, input), R (hidden, hidden), b (hidden,)."""

    def __init__(self, weights, position, size):
        rows = slice(position * size, (position + 1) * size)
        self.w = weights["weight_ih"][rows]
        self.r = weights["weight_hh"][rows]
        self.b = [0.0] * size
        for name in ("bias_ih", "bias_hh"):
            if name in weights:
                self.b = [a + float(b) for a, b in zip(self.b, weights[name][rows], strict=True)]

    def sum(self, j, x, h):
        return dot(self.w[j], x) + dot(self.r[j], h) + self.b[j]


def lstm(weights, variant, output_gate, sequence, state):
    """Read one sequence (time, input) from the state (h, c); all h, and the last (h, c)."""
    h, c = (list(map(float, part)) for part in state)
    size = len(h)
    i_block, f_block, g_block, o_block = (Block(weights, k, size) for k in range(4))
    peeps = variant in ("V", "NIG", "NFG", "NOG", "NIAF", "NOAF", "CIFG", "FGR")
    p = weights["weight_peephole"].reshape(3, size) if peeps else np.zeros((3, size))
    recurrence = weights["weight_gates"].reshape(3, size, 3, size) if variant == "FGR" else None
    gates = [[0.0] * size for _ in range(3)]  # i, f, o of the step before

    def fed(to, j):
        if recurrence is None:
            return 0.0
        return sum(dot(recurrence[to, j, source], gates[source]) for source in range(3))

    outputs = []
    for x in sequence:
        i, f, g, o, new_c, new_h = ([0.0] * size for _ in range(6))
        for j in range(size):
            i[j] = sigmoid(i_block.sum(j, x, h) + float(p[0, j]) * c[j] + fed(0, j))
            f[j] = sigmoid(f_block.sum(j, x, h) + float(p[1, j]) * c[j] + fed(1, j))
            g[j] = g_block.sum(j, x, h) if variant == "NIAF" else math.tanh(g_block.sum(j, x, h))
            if variant in ("NIG", "LSTM-i"):
                i[j] = 1.0
            if variant in ("NFG", "LSTM-f"):
                f[j] = 1.0
            if variant == "CIFG":
                f[j] = 1.0 - i[j]
            new_c[j] = g[j] * i[j] + c[j] * f[j]
            squash = math.tanh if output_gate == "tanh" else sigmoid
            o[j] = squash(o_block.sum(j, x, h) + float(p[2, j]) * new_c[j] + fed(2, j))
            if variant in ("NOG", "LSTM-o"):
                o[j] = 1.0
            new_h[j] = (new_c[j] if variant == "NOAF" else math.tanh(new_c[j])) * o[j]
        h, c, gates = new_h, new_c, [i, f, o]
        outputs.append(h)
    return outputs, (h, c)


def mut(weights, kind, sequence, state):
    """Read one sequence (time, input) from the state (h,); all h, and the last (h,)."""
    h = list(map(float, state[0]))
    size, width = len(h), len(sequence[0])

    def blocks(stack, names):
        return {name: stack[k * size : (k + 1) * size] for k, name in enumerate(names)}

    bare = {1: "h", 2: "r", 3: None}[kind]
    w = blocks(weights["weight_ih"], [b for b in "zrh" if b != bare or width != size])
    r_ = blocks(weights["weight_hh"], "rh" if kind == 1 else "zrh")
    b = blocks(weights["bias"], "zrh") if "bias" in weights else {name: [0.0] * size for name in "zrh"}

    def of_x(name, j, x):
        return dot(w[name][j], x) if name in w else float(x[j])

    outputs = []
    for x in sequence:
        z, r, new = ([0.0] * size for _ in range(3))
        for j in range(size):
            if kind == 1:
                z[j] = sigmoid(of_x("z", j, x) + float(b["z"][j]))
            elif kind == 2:
                z[j] = sigmoid(of_x("z", j, x) + dot(r_["z"][j], h) + float(b["z"][j]))
            else:
                z[j] = sigmoid(of_x("z", j, x) + dot(r_["z"][j], map(math.tanh, h)) + float(b["z"][j]))
            r[j] = sigmoid(of_x("r", j, x) + dot(r_["r"][j], h) + float(b["r"][j]))
        for j in range(size):
            from_x = math.tanh(of_x("h", j, x)) if kind == 1 else of_x("h", j, x)
            reset = [r[k] * h[k] for k in range(size)]
            candidate = math.tanh(dot(r_["h"][j], reset) + from_x + float(b["h"][j]))
            new[j] = candidate * z[j] + h[j] * (1 - z[j])
        h = new
        outputs.append(h)
    return outputs, (h,)


def run(layer, cell, x, state, lengths):
    """``cell(weights, sequence, state)`` over all items, layers and directions of a (time, batch, ...) input.

    Returns the output (zeros beyond the lengths) and the last states, as arrays.
    """
    directions = layer.num_directions
    time, batch, _ = x.shape
    output = np.zeros((time, batch, directions * layer.hidden_size))
    last = [np.zeros(part.shape) for part in state]
    for item in range(batch):
        sequence = [list(map(float, row)) for row in x[: lengths[item], item]]
        for number in range(layer.num_layers):
            joined = [[] for _ in sequence]
            for direction in range(directions):
                tensors = layer.weights(number, direction)
                weights = {name: weight.detach().cpu().numpy() for name, weight in tensors.items()}
                row = number * directions + direction
                step = -1 if direction == 1 else 1
                first = tuple(part[row, item] for part in state)
                hidden, end = cell(weights, sequence[::step], first)
                for parts, h in zip(joined, hidden[::step], strict=True):
                    parts.extend(h)
                for part, value in zip(last, end, strict=True):
                    part[row, item] = value
            sequence = joined
        output[: lengths[item], item] = sequence
    return output, last
