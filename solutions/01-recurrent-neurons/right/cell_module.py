# ---
# jupyter:
#   course:
#     way: The loop around nn.RNNCell, and the weights loaded through state_dict.
# ---

# %% task="neuron"
def recurrent_neuron(x, y_prev, W_x, W_y, b):
    return nn.functional.linear(x, W_x.T, b).add(nn.functional.linear(y_prev, W_y.T)).tanh()


# %% task="layer"
class Layer(nn.Module):
    def __init__(self, W_x, W_y, b):
        super().__init__()
        self.cell = nn.RNNCell(*W_x.shape)
        self.weights = {
            "weight_ih": W_x.T,
            "weight_hh": W_y.T,
            "bias_ih": b,
            "bias_hh": torch.zeros_like(b),
        }

    def forward(self, x, y, order):
        outputs = {}
        for t in order:
            y = torch.func.functional_call(self.cell, self.weights, (x[:, t], y))
            outputs[t] = y
        return torch.stack([outputs[t] for t in sorted(outputs)], 1), y


def run_layer(x, W_x, W_y, b, y_0=None, reverse=False):
    order = range(x.size(1))
    return Layer(W_x, W_y, b)(x, y_0, order[::-1] if reverse else order)


# %% task="pytorch"
def to_torch(W_x, W_y, b):
    rnn = nn.RNN(W_x.size(0), W_x.size(1), 1, batch_first=True)
    rnn.load_state_dict(
        {"weight_ih_l0": W_x.T, "weight_hh_l0": W_y.T, "bias_ih_l0": b / 2, "bias_hh_l0": b / 2}
    )
    return rnn
