# ---
# jupyter:
#   course:
#     misconception: A layer of neurons has one output, as a regular neuron does.
#     section: "A neuron with a memory, From one neuron to a layer"
#     question: "How many numbers does a layer of two neurons give for one example?"
#     keeps:  # points of the tasks that lose some, least and most
#       neuron: [1, 1]
# ---

# %% task="neuron"
def recurrent_neuron(x, y_prev, W_x, W_y, b):
    return torch.tanh(x @ W_x + y_prev @ W_y + b).sum(dim=1)
