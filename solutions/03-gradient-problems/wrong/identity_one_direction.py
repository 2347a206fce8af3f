# ---
# jupyter:
#   course:
#     misconception: "Of a layer that reads both ways, only the parameters of the first direction are set."
#     section: "Activations and starts, ReLU needs the identity"
#     question: "Which recurrent weights does a bidirectional layer have?"
#     keeps:  # points of the tasks that lose some, least and most
#       identity: [0, 0]
# ---

# %% task="identity"
def identity_start(rnn: nn.RNN, scale: float) -> nn.RNN:
    """Start the recurrent weights and the biases of ``rnn``, in place, and return it."""
    for k in range(rnn.num_layers):
        W_hh = getattr(rnn, f"weight_hh_l{k}")
        nn.init.eye_(W_hh)
        W_hh.data.mul_(scale)
        for part in ("ih", "hh"):
            nn.init.zeros_(getattr(rnn, f"bias_{part}_l{k}"))
    return rnn
