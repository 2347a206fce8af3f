# ---
# jupyter:
#   course:
#     misconception: "The weights of the inputs are set to the identity, too; they should stay as they are."
#     section: "Activations and starts, ReLU needs the identity"
#     question: "Which of the weights are to be left as they are?"
#     keeps:  # points of the tasks that lose some, least and most
#       identity: [1, 1]
# ---

# %% task="identity"
def identity_start(rnn: nn.RNN, scale: float) -> nn.RNN:
    """Start the recurrent weights and the biases of ``rnn``, in place, and return it."""
    with torch.no_grad():
        for name, parameter in rnn.named_parameters():
            if "weight" in name:
                nn.init.eye_(parameter)
                parameter.mul_(scale)
            else:
                parameter.zero_()
    return rnn
