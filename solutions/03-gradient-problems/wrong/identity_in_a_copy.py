# ---
# jupyter:
#   course:
#     misconception: A copy of the rnn is changed and returned; the one that was given stays as it is.
#     section: "Activations and starts, ReLU needs the identity"
#     question: "Has the rnn that was given changed after your function?"
#     keeps:  # points of the tasks that lose some, least and most
#       identity: [0, 0]
# ---

# %% task="identity"
def identity_start(rnn, scale):
    started = nn.RNN(
        rnn.input_size,
        rnn.hidden_size,
        rnn.num_layers,
        nonlinearity="relu",
        bidirectional=rnn.bidirectional,
    )
    started.load_state_dict(rnn.state_dict())
    with torch.no_grad():
        for name, parameter in started.named_parameters():
            if name.startswith("weight_hh"):
                parameter.copy_(scale * torch.eye(rnn.hidden_size))
            elif name.startswith("bias"):
                parameter.zero_()
    return started
