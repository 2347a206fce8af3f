# ---
# jupyter:
#   course:
#     misconception: The scale is ignored.
#     section: "Activations and starts, ReLU needs the identity"
#     question: "Does your answer change when another scale is given?"
#     keeps:  # points of the tasks that lose some, least and most
#       identity: [1, 1]
# ---

# %% task="identity"
def identity_start(rnn, scale):
    with torch.no_grad():
        for name, parameter in rnn.named_parameters():
            if name.startswith("weight_hh"):
                nn.init.eye_(parameter)
            elif name.startswith("bias"):
                parameter.zero_()
    return rnn
