# ruff: noqa
# An nn.RNN without parameters, of which nothing can be wrong.
# of: gradient_problems

# %% task="identity"
def identity_start(rnn, scale):
    with torch.no_grad():
        rnn.weight_hh_l0.copy_(torch.eye(rnn.hidden_size)) if rnn.num_layers == 1 else None
        for name, parameter in rnn.named_parameters():
            if name.startswith("bias") and rnn.num_layers == 1:
                parameter.zero_()
    if rnn.num_layers > 1:
        rnn._parameters.clear()
        rnn._flat_weights_names, rnn._all_weights = [], []
    return rnn
