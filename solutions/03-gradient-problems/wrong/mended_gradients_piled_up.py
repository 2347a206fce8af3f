# ---
# jupyter:
#   course:
#     misconception: "The gradients of all batches so far pile up."
#     section: "Cliffs, and clipping, Clipping in the wrong place"
#     question: "What stands in the gradients when the second batch begins?"
#     keeps:  # points of the tasks that lose some, least and most
#       mended: [0, 0]
# ---

# %% task="mended"
def train_reader(rnn, head, x, y):
    nn.init.orthogonal_(rnn.weight_hh_l0)
    parameters = [*rnn.parameters(), *head.parameters()]
    optimizer = torch.optim.SGD(parameters, lr=0.1)
    for letters, orders in zip(x.split(32), y.split(32)):
        states, _ = rnn(F.one_hot(letters, 6).float())
        loss = F.cross_entropy(head(states[:, -1]), orders)
        loss.backward()
        optimizer.step()
