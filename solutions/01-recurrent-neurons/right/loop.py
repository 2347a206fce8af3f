# ---
# jupyter:
#   course:
#     way: Plain loops over the batch and over time.
# ---

# %% task="neuron"
def recurrent_neuron(x, y_prev, W_x, W_y, b):
    rows = []
    for x_row, y_row in zip(x, y_prev):
        z = b.clone()
        for i in range(len(x_row)):
            z = z + x_row[i] * W_x[i]
        for k in range(len(y_row)):
            z = z + y_row[k] * W_y[k]
        rows.append(torch.tanh(z))
    return torch.stack(rows)


# %% task="layer"
def run_layer(x, W_x, W_y, b, y_0=None, reverse=False):
    batch, time, _ = x.shape
    if y_0 is None:
        y_0 = torch.zeros(batch, W_y.shape[0])
    every_example = []
    for n in range(batch):
        y = y_0[n : n + 1]
        steps = []
        for t in range(time - 1, -1, -1) if reverse else range(time):
            y = recurrent_neuron(x[n : n + 1, t], y, W_x, W_y, b)
            steps.append(y[0])
        if reverse:
            steps.reverse()
        every_example.append(torch.stack(steps))
    outputs = torch.stack(every_example)
    if reverse:
        return outputs, outputs[:, 0]
    return outputs, outputs[:, -1]


# %% task="forecast"
def forecast(rnn, head, prefix, steps):
    state = None
    for t in range(prefix.shape[1]):
        output, state = rnn(prefix[:, t : t + 1], state)
    values = [prefix[:, -1:] + head(output)]
    while len(values) < steps:
        output, state = rnn(values[-1], state)
        values.append(values[-1] + head(output))
    return torch.cat(values, 1)
