# ---
# jupyter:
#   course:
#     way: "An nn.RNN with the weights loaded, F.one_hot, torch.where and einsum."
# ---

# %% task="loss"
def cross_entropy(logits, targets):
    y = torch.nn.functional.one_hot(targets, logits.shape[1])
    p = logits.softmax(dim=-1)
    highest = logits.amax(1, keepdim=True)
    each = (logits - highest).exp().sum(1).log() + highest[:, 0] - torch.einsum("nk,nk->n", logits, y.float())
    return each.mean(), (p - y) / logits.size(0)


# %% task="letters"
def letter_by_letter(tokens, lengths, weights):
    units, width = weights["W_xh"].shape
    rnn = nn.RNN(width, units, batch_first=True)
    rnn.load_state_dict(
        {
            "weight_ih_l0": weights["W_xh"],
            "weight_hh_l0": weights["W_hh"],
            "bias_ih_l0": weights["b_h"],
            "bias_hh_l0": torch.zeros(units),
        }
    )
    with torch.no_grad():
        packed = nn.utils.rnn.pack_padded_sequence(
            F.embedding(tokens, weights["E"]), lengths, batch_first=True, enforce_sorted=False
        )
        states, _ = nn.utils.rnn.pad_packed_sequence(
            rnn(packed)[0], batch_first=True, total_length=tokens.shape[1]
        )
        probabilities = F.softmax(F.linear(states, weights["W_hy"], weights["b_y"]), dim=-1)
    real = torch.arange(tokens.shape[1])[None, :, None] < lengths[:, None, None]
    probabilities = torch.where(real, probabilities, torch.zeros(()))
    last = (lengths - 1)[:, None, None].expand(-1, 1, probabilities.shape[2])
    return probabilities, probabilities.gather(1, last).squeeze(1).argmax(dim=-1)


# %% task="broken"
def faults():
    return frozenset((10, 8, 7, 5, 3, 1))


def train_names(model, batches, epochs, lr):
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = []
    for epoch in range(epochs):
        model.train(True)
        running = 0.0
        for number, (tokens, labels) in enumerate(batches, start=1):
            model.zero_grad()
            loss = criterion(model(tokens), labels)
            loss.backward()
            optimizer.step()
            running += loss.detach().item()
        history.append(running / number)
        print(f"epoch {epoch}: {history[-1]:.3f}")
        model.eval()
    return history
