# ---
# jupyter:
#   course:
#     misconception: The state is carried with its history, so that the second backward() fails.
#     section: "The cost of a long text, and the cut, Truncated BPTT"
#     question: "How far back does the second backward() have to go?"
#     keeps:  # points of the tasks that lose some, least and most
#       epoch: [0, 1]
# ---

# %% task="epoch"
def train_epoch(model, optimizer, batches):
    total, count, state = 0.0, 0, None
    for inputs, targets in batches:
        logits, state = model(inputs, state)
        loss = F.cross_entropy(logits.transpose(1, 2), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * (targets != -100).sum().item()
        count += (targets != -100).sum().item()
    return total / count
