# ---
# jupyter:
#   course:
#     misconception: "The recurrent weights start at 0, as biases do, so that nothing explodes."
#     section: "Activations and starts, Initialisation: scaled, orthogonal, identity"
#     question: "What does a state tell the next one when all recurrent weights are 0?"
#     keeps:  # points of the tasks that lose some, least and most
#       mended: [0, 0]
# ---

# %% task="mended"
def train_reader(rnn, head, x, y):
    nn.init.zeros_(rnn.weight_hh_l0)
    parameters = [*rnn.parameters(), *head.parameters()]
    optimizer = torch.optim.SGD(parameters, lr=0.1)
    for letters, orders in zip(x.split(32), y.split(32)):
        states, _ = rnn(F.one_hot(letters, 6).float())
        loss = F.cross_entropy(head(states[:, -1]), orders)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
