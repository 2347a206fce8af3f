# ---
# jupyter:
#   course:
#     misconception: The neuron is linear; the activation is left out.
#     section: "A neuron with a memory, The recurrent neuron"
#     question: "Can your neuron give a number above 1, and can a tanh?"
#     keeps:  # points of the tasks that lose some, least and most
#       neuron: [2, 2]
# ---

# %% task="neuron"
def recurrent_neuron(x, y_prev, W_x, W_y, b):
    return x @ W_x + y_prev @ W_y + b
