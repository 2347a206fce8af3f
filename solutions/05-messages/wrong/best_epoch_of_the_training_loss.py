# ---
# jupyter:
#   course:
#     misconception: "The best epoch is the one with the lowest loss in training."
#     common: "The weights that are left are not those of the epoch with the lowest validation loss."
#     section: "The network and its training, The training loop"
#     question: "Which loss tells how the network does on messages that it has not seen?"
#     keeps:  # points of the tasks that lose some, least and most
#       training: [2, 2]
# ---

# %% task="training"
def causes():
    return {1: "D", 2: "F", 3: "E", 4: "B", 5: "A", 6: "C"}


def train_loop(model, optimizer, train, valid, epochs: int) -> list[float]:
    """Train; leave the weights of the best epoch; return the validation loss of every epoch."""
    losses: list[float] = []
    seen: list[float] = []
    for _ in range(epochs):
        model.train()
        for tokens, labels in train:
            optimizer.zero_grad()
            nn.functional.binary_cross_entropy_with_logits(model(tokens), labels).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            sums = [
                nn.functional.binary_cross_entropy_with_logits(model(tokens), labels, reduction="sum")
                for tokens, labels in valid
            ]
        with torch.no_grad():
            pairs = [(model(tokens), labels) for tokens, labels in train]
        seen.append(sum(float(nn.functional.binary_cross_entropy_with_logits(*pair)) for pair in pairs))
        losses.append(float(sum(sums)) / sum(len(labels) for _, labels in valid))
        if seen[-1] == min(seen):
            best = copy.deepcopy(model.state_dict())
    model.load_state_dict(best)
    return losses
