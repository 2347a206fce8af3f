# ---
# jupyter:
#   course:
#     misconception: The state is one buffer that each step overwrites.
#     section: "A neuron with a memory, The recurrent neuron"
#     question: "What stands in y_prev after the call?"
#     keeps:  # points of the tasks that lose some, least and most
#       neuron: [2, 2]
# ---

# %% task="neuron"
def recurrent_neuron(x, y_prev, W_x, W_y, b):
    return y_prev.copy_(torch.tanh(x @ W_x + y_prev @ W_y + b))
