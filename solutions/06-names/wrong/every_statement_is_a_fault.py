# ---
# jupyter:
#   course:
#     misconception: "Statements that sound right are taken for faults."
#     section: "From letters to probabilities, Softmax twice"
#     question: "Which of the statements would change what the training learns, if they were mended?"
#     keeps:  # points of the tasks that lose some, least and most
#       broken: [2, 2]
# ---

# %% task="broken"
def faults() -> set[int]:
    """The numbers of the true statements."""
    return {1, 2, 3, 5, 6, 7, 8, 10}


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
