# ---
# jupyter:
#   course:
#     misconception: "The bias is added after the tanh, not inside it."
#     section: "A neuron with a memory, The recurrent neuron"
#     question: "Can your neuron give a number above 1, and can a tanh?"
#     keeps:  # points of the tasks that lose some, least and most
#       neuron: [2, 2]
# ---

# %% task="neuron"
def recurrent_neuron(x: Tensor, y_prev: Tensor, W_x: Tensor, W_y: Tensor, b: Tensor) -> Tensor:
    """The outputs of a layer of recurrent neurons at one step, (batch, hidden_size)."""
    return torch.tanh(x @ W_x + y_prev @ W_y) + b
