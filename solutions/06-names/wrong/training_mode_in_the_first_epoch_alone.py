# ---
# jupyter:
#   course:
#     misconception: >-
#       The model is put into evaluation mode at the end of the first epoch, and all later epochs train
#       without dropout.
#     section: "Training, and what is learnt, The program"
#     question: "In which mode is the model when your second epoch begins?"
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
    model.train()
    for _ in range(epochs):
        losses = []
        for tokens, labels in batches:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(tokens), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        means.append(sum(losses) / len(losses))
        model.eval()
    return means
