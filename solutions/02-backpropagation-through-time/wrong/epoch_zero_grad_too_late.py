# ---
# jupyter:
#   course:
#     misconception: The gradients are set to zero between backward() and step().
#     section: "A language model that writes, Training"
#     question: "What does the optimizer find in the gradients when it takes its step?"
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
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        total += loss.item() * (targets != -100).sum().item()
        count += (targets != -100).sum().item()
    return total / count
