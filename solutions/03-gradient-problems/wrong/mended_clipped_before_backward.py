# ---
# jupyter:
#   course:
#     misconception: "Clipping stands before backward, where there is nothing to clip, and the rate is large."
#     section: "Cliffs, and clipping, Clipping in the wrong place"
#     question: "What stands in the gradients at the moment when you clip them?"
#     keeps:  # points of the tasks that lose some, least and most
#       mended: [0, 0]
# ---

# %% task="mended"
def train_reader(rnn, head, x, y):
    nn.init.orthogonal_(rnn.weight_hh_l0)
    parameters = [*rnn.parameters(), *head.parameters()]
    optimizer = torch.optim.SGD(parameters, lr=3.0)
    for letters, orders in zip(x.split(32), y.split(32)):
        states, _ = rnn(F.one_hot(letters, 6).float())
        loss = F.cross_entropy(head(states[:, -1]), orders)
        optimizer.zero_grad()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        loss.backward()
        optimizer.step()
