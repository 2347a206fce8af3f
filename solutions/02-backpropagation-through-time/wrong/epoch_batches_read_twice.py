# ---
# jupyter:
#   course:
#     misconception: The batches are read twice, once to count the tokens, which a generator does not allow.
#     section: "A language model that writes, Training"
#     question: "What is left in a generator when it has been read to its end?"
#     keeps:  # points of the tasks that lose some, least and most
#       epoch: [0, 0]
# ---

# %% task="epoch"
def train_epoch(model, optimizer, batches):
    count = sum((targets != -100).sum().item() for _, targets in batches)
    total, state = 0.0, None
    for inputs, targets in batches:
        logits, state = model(inputs, state)
        state = state.detach()
        loss = F.cross_entropy(logits.transpose(1, 2), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * (targets != -100).sum().item()
    return total / count
