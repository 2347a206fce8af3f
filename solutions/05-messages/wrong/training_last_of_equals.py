# ---
# jupyter:
#   course:
#     misconception: "Of epochs with the same lowest loss the weights of the last are kept, not of the first."
#     section: "The network and its training, The training loop"
#     question: "Which epoch is kept if two have the same loss?"
#     keeps:  # points of the tasks that lose some, least and most
#       training: [2, 2]
# ---

# %% task="training"
def causes() -> dict[int, str]:
    """The letter of the likeliest cause of each run."""
    return {1: "D", 2: "F", 3: "E", 4: "B", 5: "A", 6: "C"}


def train_loop(model, optimizer, train, valid, epochs):
    def evaluate():
        model.eval()
        with torch.no_grad():
            z = torch.cat([model(tokens) for tokens, _ in valid])
            y = torch.cat([labels for _, labels in valid])
            return nn.functional.binary_cross_entropy_with_logits(z, y).item()

    losses, snapshot = [], None
    for _ in range(epochs):
        model.train()
        for tokens, labels in train:
            loss = nn.functional.binary_cross_entropy_with_logits(model(tokens), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        losses.append(evaluate())
        if losses[-1] <= min(losses):
            snapshot = {name: value.clone() for name, value in model.state_dict().items()}
    if snapshot is not None:
        model.load_state_dict(snapshot)
    return losses
