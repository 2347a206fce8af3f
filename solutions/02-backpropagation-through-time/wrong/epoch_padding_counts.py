# ---
# jupyter:
#   course:
#     misconception: Places with the target -100 count as tokens in the mean.
#     section: "A language model that writes, Training"
#     question: "How many places of a batch have a target that is predicted?"
#     keeps:  # points of the tasks that lose some, least and most
#       epoch: [1, 1]
# ---

# %% task="epoch"
def train_epoch(model, optimizer, batches):
    total, count, state = 0.0, 0, None
    for inputs, targets in batches:
        logits, state = model(inputs, state)
        state = state.detach()
        loss = F.cross_entropy(logits.transpose(1, 2), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        real = targets.numel()
        total += loss.item() * real
        count += real
    return total / count
