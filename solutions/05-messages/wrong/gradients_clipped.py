# ---
# jupyter:
#   course:
#     misconception: "Clipping belongs to every step."
#     section: "The network and its training, The training loop"
#     question: "Is your step as long as the gradient asks for, when the gradient is long?"
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
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
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
    model.load_state_dict(best)
    return losses
