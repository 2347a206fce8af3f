# ---
# jupyter:
#   course:
#     misconception: The parameters are replaced by new ones, which no optimizer knows that was made before.
#     section: "Activations and starts, ReLU needs the identity"
#     question: "Are the parameters after your function the ones that an optimizer was given before?"
#     keeps:  # points of the tasks that lose some, least and most
#       identity: [0, 0]
# ---

# %% task="identity"
def identity_start(rnn, scale):
    for name, parameter in list(rnn.named_parameters()):
        if name.startswith("weight_hh"):
            setattr(rnn, name, nn.Parameter(scale * torch.eye(rnn.hidden_size)))
        elif name.startswith("bias"):
            setattr(rnn, name, nn.Parameter(torch.zeros_like(parameter)))
    return rnn
