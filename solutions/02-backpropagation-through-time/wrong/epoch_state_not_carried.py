# ---
# jupyter:
#   course:
#     misconception: Each batch starts from the zero state.
#     section: "The cost of a long text, and the cut, Truncated BPTT"
#     question: "What does the network know of the batch before when the next one begins?"
#     keeps:  # points of the tasks that lose some, least and most
#       epoch: [0, 0]
# ---

# %% task="epoch"
def train_epoch(model, optimizer, batches):
    total, count, state = 0.0, 0, None
    for inputs, targets in batches:
        logits, state = model(inputs, state)
        state = None
        loss = F.cross_entropy(logits.transpose(1, 2), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * (targets != -100).sum().item()
        count += (targets != -100).sum().item()
    return total / count
