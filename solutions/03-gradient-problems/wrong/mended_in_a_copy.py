# ---
# jupyter:
#   course:
#     misconception: "A copy of the layers is trained; those that were given stay as they are."
#     section: "Which cures work?, The program"
#     question: "Have the layers that were given changed after your function?"
#     keeps:  # points of the tasks that lose some, least and most
#       mended: [0, 0]
# ---

# %% task="mended"
import copy


def train_reader(rnn, head, x, y):
    rnn, head = copy.deepcopy(rnn), copy.deepcopy(head)
    nn.init.orthogonal_(rnn.weight_hh_l0)
    parameters = [*rnn.parameters(), *head.parameters()]
    optimizer = torch.optim.SGD(parameters, lr=0.1)
    for letters, orders in zip(x.split(32), y.split(32)):
        states, _ = rnn(F.one_hot(letters, 6).float())
        loss = F.cross_entropy(head(states[:, -1]), orders)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
