# ---
# jupyter:
#   course:
#     way: Everything in double precision, with a warning on the way.
# ---

# %% task="neuron"
import warnings


def recurrent_neuron(x, y_prev, W_x, W_y, b):
    warnings.warn("computing in double precision", stacklevel=2)
    x, y_prev, W_x, W_y, b = (value.double() for value in (x, y_prev, W_x, W_y, b))
    return torch.tanh(x @ W_x + y_prev @ W_y + b)


# %% task="layer"
def run_layer(x, W_x, W_y, b, y_0=None, reverse=False):
    y = torch.zeros(len(x), len(b)) if y_0 is None else y_0
    outputs = torch.zeros(x.shape[0], 0, len(b), dtype=torch.float64)
    x = x.flip(1) if reverse else x
    for t in range(x.shape[1]):
        y = recurrent_neuron(x[:, t], y, W_x, W_y, b)
        outputs = torch.cat((outputs, y[:, None]), dim=1)
    return outputs.flip(1) if reverse else outputs, y


# %% task="remainder"
def remainder_weights():
    w_out = torch.tensor([1, 1, -2], dtype=torch.float64)
    W_h = w_out.repeat(3, 1).T
    return torch.ones(1, 3, dtype=torch.float64), W_h, torch.tensor([-0.5, -1.5, -2.5]).double(), w_out


# %% task="pytorch"
def to_torch(W_x, W_y, b):
    rnn = nn.RNN(W_x.shape[0], W_x.shape[1], batch_first=True, dtype=torch.float64)
    rnn.weight_ih_l0.data = W_x.T.double()
    rnn.weight_hh_l0.data = W_y.T.double()
    rnn.bias_ih_l0.data = torch.zeros(len(b), dtype=torch.float64)
    rnn.bias_hh_l0.data = b.double()
    return rnn


# %% task="forecast"
@torch.no_grad()
def forecast(rnn, head, prefix, steps):
    series = prefix
    for _ in range(steps):
        outputs, _ = rnn(series)
        series = torch.cat((series, series[:, -1:] + head(outputs[:, -1:])), 1)
    return series[:, prefix.shape[1] :].double()
