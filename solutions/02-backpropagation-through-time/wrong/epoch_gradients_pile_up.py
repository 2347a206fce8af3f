# ---
# jupyter:
#   course:
#     misconception: zero_grad is forgotten, and the gradients of all batches add up.
#     section: "Backpropagation through time, by hand, What goes wrong"
#     question: "What stands in the gradients when the second batch begins?"
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
        optimizer.step()
        total += loss.item() * (targets != -100).sum().item()
        count += (targets != -100).sum().item()
    return total / count
