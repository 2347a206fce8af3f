# ---
# jupyter:
#   course:
#     misconception: >-
#       The optimizer's step follows the gradient of the summed loss of a batch, not of its mean.
#     section: "A language model that writes, Training"
#     question: "How does the size of your step change when a batch has twice as many tokens?"
#     keeps:  # points of the tasks that lose some, least and most
#       epoch: [1, 1]
# ---

# %% task="epoch"
def train_epoch(model: nn.Module, optimizer: torch.optim.Optimizer, batches: Iterable) -> float:
    """One pass over the batches by truncated backpropagation; returns the mean loss of a token."""
    state = None
    total, count = 0.0, 0
    for inputs, targets in batches:
        logits, state = model(inputs, state)
        state = state.detach()
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-100, reduction="sum")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        tokens = int((targets != -100).sum())
        total += loss.item()
        count += tokens
    return total / count
