# ---
# jupyter:
#   course:
#     misconception: The bias is forgotten, in the neuron and so in the layer that calls it.
#     section: "A neuron with a memory, The recurrent neuron"
#     question: "What does your neuron give when all inputs and the old output are 0?"
#     keeps:  # points of the tasks that lose some, least and most
#       neuron: [2, 2]
#       layer: [1, 1]
# ---

# %% task="neuron"
def recurrent_neuron(x, y_prev, W_x, W_y, b):
    return torch.tanh(x @ W_x + y_prev @ W_y)


# %% task="layer"
def run_layer(x, W_x, W_y, b, y_0=None, reverse=False):
    y = torch.zeros(len(x), len(b)) if y_0 is None else y_0
    outputs = []
    x = x.flip(1) if reverse else x
    for t in range(x.shape[1]):
        y = recurrent_neuron(x[:, t], y, W_x, W_y, b)
        outputs.append(y)
    outputs = torch.stack(outputs, 1)
    return outputs.flip(1) if reverse else outputs, y
