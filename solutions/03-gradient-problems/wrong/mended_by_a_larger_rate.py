# ---
# jupyter:
#   course:
#     misconception: "A larger learning rate is to make up for gradients that vanish."
#     section: "Which cures work?, The ablation"
#     question: "Which share of the gradient comes from the first steps, and does a rate change it?"
#     keeps:  # points of the tasks that lose some, least and most
#       mended: [0, 0]
# ---

# %% task="mended"
def train_reader(rnn, head, x, y):
    parameters = [*rnn.parameters(), *head.parameters()]
    optimizer = torch.optim.SGD(parameters, lr=1.0)
    for letters, orders in zip(x.split(32), y.split(32)):
        states, _ = rnn(F.one_hot(letters, 6).float())
        loss = F.cross_entropy(head(states[:, -1]), orders)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
