# ---
# jupyter:
#   course:
#     misconception: >-
#       The gradient is cut a few steps before the end, so that the letters before are never learnt.
#     section: "Which cures work?, The ablation"
#     question: >-
#       Which letters does the gradient of the loss reach in your program, and where do the two letters
#       stand?
#     keeps:  # points of the tasks that lose some, least and most
#       mended: [0, 0]
# ---

# %% task="mended"
def train_reader(rnn: nn.RNN, head: nn.Linear, x: Tensor, y: Tensor) -> None:
    """Train ``rnn`` and ``head`` in place, so that the last state tells the order of two letters."""
    with torch.no_grad():
        nn.init.orthogonal_(rnn.weight_hh_l0)
        rnn.bias_ih_l0.zero_()
        rnn.bias_hh_l0.zero_()
    parameters = [*rnn.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=3e-3)
    for _ in range(3):
        wrong = 0
        for letters, orders in zip(x.split(64), y.split(64)):
            inputs = F.one_hot(letters, 6).float()
            _, h = rnn(inputs[:, :-5])
            states, _ = rnn(inputs[:, -5:], h.detach())
            logits = head(states[:, -1])
            loss = F.cross_entropy(logits, orders)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            wrong += int((logits.argmax(dim=1) != orders).sum())
        if wrong < 0.002 * len(x):
            break
