# ---
# jupyter:
#   course:
#     misconception: "The loss of an epoch is the mean over its names, not over its batches."
#     section: "Training, and what is learnt, The program"
#     question: "How much does a last batch of one name count here?"
#     keeps:  # points of the tasks that lose some, least and most
#       broken: [2, 2]
# ---

# %% task="broken"
def faults() -> set[int]:
    """The numbers of the true statements."""
    return {1, 3, 5, 7, 8, 10}


def train_names(
    model: nn.Module, batches: list[tuple[Tensor, Tensor]], epochs: int, lr: float
) -> list[float]:
    """Train the model in place; the mean loss of each epoch."""
    optimizer = torch.optim.SGD(model.parameters(), lr)
    means = []
    for _ in range(epochs):
        model.train()
        losses = []
        for tokens, labels in batches:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(tokens), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item() * len(labels))
        means.append(sum(losses) / sum(len(labels) for _, labels in batches))
    model.eval()
    return means
