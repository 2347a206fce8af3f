# ---
# jupyter:
#   course:
#     misconception: "Weights far above the edge are to make up for what the activation takes."
#     section: "Activations and starts, Initialisation: scaled, orthogonal, identity"
#     question: "How does the gradient grow on its way back when the weights are far above the edge?"
#     keeps:  # points of the tasks that lose some, least and most
#       mended: [0, 0]
# ---

# %% task="mended"
def train_reader(rnn, head, x, y):
    nn.init.orthogonal_(rnn.weight_hh_l0, gain=4.0)
    parameters = [*rnn.parameters(), *head.parameters()]
    optimizer = torch.optim.SGD(parameters, lr=0.1)
    for letters, orders in zip(x.split(32), y.split(32)):
        states, _ = rnn(F.one_hot(letters, 6).float())
        loss = F.cross_entropy(head(states[:, -1]), orders)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
