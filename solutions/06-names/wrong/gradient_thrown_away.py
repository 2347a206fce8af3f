# ---
# jupyter:
#   course:
#     misconception: "The gradient is zeroed between backward and step, so nothing is learnt."
#     section: "Training, and what is learnt, The program"
#     question: "What stands in the gradients when the optimizer takes its step?"
#     keeps:  # points of the tasks that lose some, least and most
#       broken: [1, 1]
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
    model.train()
    means = []
    for _ in range(epochs):
        losses = []
        for tokens, labels in batches:
            loss = F.cross_entropy(model(tokens), labels)
            loss.backward()
            optimizer.zero_grad()
            optimizer.step()
            losses.append(loss.item())
        means.append(sum(losses) / len(losses))
    model.eval()
    return means
