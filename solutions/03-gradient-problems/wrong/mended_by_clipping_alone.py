# ---
# jupyter:
#   course:
#     misconception: "Clipping is taken for a cure of vanishing gradients; the start stays PyTorch's."
#     common: "The layer starts as PyTorch makes it, and its gradients go on vanishing."
#     section: "Cliffs, and clipping, Clipping: by norm and by value"
#     question: "Can clipping make a gradient longer?"
#     keeps:  # points of the tasks that lose some, least and most
#       mended: [0, 0]
# ---

# %% task="mended"
def train_reader(rnn, head, x, y):
    parameters = [*rnn.parameters(), *head.parameters()]
    optimizer = torch.optim.SGD(parameters, lr=0.1)
    for letters, orders in zip(x.split(32), y.split(32)):
        states, _ = rnn(F.one_hot(letters, 6).float())
        loss = F.cross_entropy(head(states[:, -1]), orders)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
