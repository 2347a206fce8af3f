# ---
# jupyter:
#   course:
#     misconception: >-
#       The recurrent weights start as very small numbers, so that the gradient vanishes faster still.
#     section: "Which cures work?, The ablation"
#     question: "How long is a gradient after twenty steps, if each step multiplies it by 0.1?"
#     keeps:  # points of the tasks that lose some, least and most
#       mended: [0, 0]
# ---

# %% task="mended"
def train_reader(rnn: nn.RNN, head: nn.Linear, x: Tensor, y: Tensor) -> None:
    """Train ``rnn`` and ``head`` in place, so that the last state tells the order of two letters."""
    # small weights, so that nothing explodes in the products
    nn.init.normal_(rnn.weight_hh_l0, mean=0.0, std=0.01)
    nn.init.zeros_(rnn.bias_ih_l0)
    nn.init.zeros_(rnn.bias_hh_l0)
    params = list(rnn.parameters()) + list(head.parameters())
    optimizer = torch.optim.SGD(params, lr=0.1)
    for epoch in range(3):
        for i in range(0, len(x), 32):
            onehot = F.one_hot(x[i : i + 32], num_classes=6).float()
            states, _ = rnn(onehot)
            loss = F.cross_entropy(head(states[:, -1]), y[i : i + 32])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(params, max_norm=1.0)
            optimizer.step()
