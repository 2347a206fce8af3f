# ---
# jupyter:
#   course:
#     misconception: "Each unit gets back its own output alone, not those of the whole layer."
#     section: "A neuron with a memory, Three ways to write the same step"
#     question: "Does unit 0 change when only the last output of unit 1 does?"
#     keeps:  # points of the tasks that lose some, least and most
#       neuron: [2, 2]
# ---

# %% task="neuron"
def recurrent_neuron(x: Tensor, y_prev: Tensor, W_x: Tensor, W_y: Tensor, b: Tensor) -> Tensor:
    """The outputs of a layer of recurrent neurons at one step, (batch, hidden_size)."""
    return torch.tanh(x @ W_x + y_prev * W_y.diagonal() + b)
