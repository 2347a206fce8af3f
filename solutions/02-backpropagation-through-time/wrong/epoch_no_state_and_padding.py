# ---
# jupyter:
#   course:
#     misconception: "Each batch starts from no state, and padding counts in the mean."
#     section: "The cost of a long text, and the cut, Truncated BPTT"
#     question: "Which state does a batch start from, and how many targets does it have?"
#     keeps:  # points of the tasks that lose some, least and most
#       epoch: [0, 0]
# ---

# %% task="epoch"
def train_epoch(model: nn.Module, optimizer: torch.optim.Optimizer, batches: Iterable) -> float:
    """One pass over the batches by truncated backpropagation; returns the mean loss of a token."""
    losses, sizes = [], []
    for x, y in batches:
        optimizer.zero_grad()
        out, _ = model(x, None)
        loss = F.cross_entropy(out.reshape(-1, out.shape[-1]), y.reshape(-1))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        sizes.append(y.numel())
    return sum(a * n for a, n in zip(losses, sizes)) / sum(sizes)
