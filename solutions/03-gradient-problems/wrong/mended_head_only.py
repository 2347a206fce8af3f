# ---
# jupyter:
#   course:
#     misconception: "Only the head is given to the optimizer; the layer keeps its start."
#     section: "Which cures work?, The program"
#     question: "Which of the parameters are other ones after the training than before?"
#     keeps:  # points of the tasks that lose some, least and most
#       mended: [0, 0]
# ---

# %% task="mended"
def train_reader(rnn, head, x, y):
    parameters = [*rnn.parameters(), *head.parameters()]
    optimizer = torch.optim.SGD(head.parameters(), lr=0.1)
    for letters, orders in zip(x.split(32), y.split(32)):
        states, _ = rnn(F.one_hot(letters, 6).float())
        loss = F.cross_entropy(head(states[:, -1]), orders)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
