# ---
# jupyter:
#   course:
#     misconception: "It is overlooked that dropout is off and that one language does not count."
#     section: "From letters to probabilities, Softmax twice"
#     question: "In which mode is the model, and which labels count in the loss?"
#     keeps:  # points of the tasks that lose some, least and most
#       broken: [2, 2]
# ---

# %% task="broken"
def faults() -> set[int]:
    """The numbers of the true statements."""
    return {1, 3, 7, 10}


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
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        means.append(sum(losses) / len(losses))
    model.eval()
    return means
