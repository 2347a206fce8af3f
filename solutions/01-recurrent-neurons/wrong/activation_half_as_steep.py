# ---
# jupyter:
#   course:
#     misconception: "2σ(z) − 1 is taken for tanh(z); it is tanh(z / 2)."
#     section: "A neuron with a memory, The recurrent neuron"
#     question: "What is 2σ(z) − 1 at z = 1, and what is tanh(1)?"
#     keeps:  # points of the tasks that lose some, least and most
#       neuron: [2, 2]
# ---

# %% task="neuron"
def recurrent_neuron(x: Tensor, y_prev: Tensor, W_x: Tensor, W_y: Tensor, b: Tensor) -> Tensor:
    """The outputs of a layer of recurrent neurons at one step, (batch, hidden_size)."""
    joined = torch.cat((x, y_prev), dim=1)
    W = torch.cat((W_x, W_y), dim=0)
    z = torch.addmm(b, joined, W)
    # a tanh is a sigmoid that was stretched to (-1, 1)
    return 2 / (1 + torch.exp(-z)) - 1
