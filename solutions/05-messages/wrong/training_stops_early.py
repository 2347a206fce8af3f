# ---
# jupyter:
#   course:
#     misconception: "The training stops when the validation loss has not fallen for some epochs."
#     section: "The network and its training, The training loop"
#     question: "How many epochs does the task ask for, and how many losses?"
#     keeps:  # points of the tasks that lose some, least and most
#       training: [1, 2]
# ---

# %% task="training"
def causes() -> dict[int, str]:
    """The letter of the likeliest cause of each run."""
    return {1: "D", 2: "F", 3: "E", 4: "B", 5: "A", 6: "C"}


def train_loop(model, optimizer, train, valid, epochs: int) -> list[float]:
    """Train; leave the weights of the best epoch; return the validation loss of every epoch."""
    losses: list[float] = []
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
        losses.append(float(sum(sums)) / sum(len(labels) for _, labels in valid))
        if losses[-1] < min(losses[:-1], default=float("inf")):
            best = copy.deepcopy(model.state_dict())
        elif len(losses) - losses.index(min(losses)) > 2:
            break
    model.load_state_dict(best)
    return losses
