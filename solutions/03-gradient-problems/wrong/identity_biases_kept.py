# ---
# jupyter:
#   course:
#     misconception: The biases keep their random start.
#     section: "Activations and starts, ReLU needs the identity"
#     question: "Which numbers stand in the biases after your function?"
#     keeps:  # points of the tasks that lose some, least and most
#       identity: [1, 1]
# ---

# %% task="identity"
def identity_start(rnn, scale):
    with torch.no_grad():
        for name, parameter in rnn.named_parameters():
            if name.startswith("weight_hh"):
                parameter.copy_(scale * torch.eye(rnn.hidden_size))
    return rnn
