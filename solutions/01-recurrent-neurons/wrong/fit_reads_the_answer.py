# ---
# jupyter:
#   course:
#     misconception: "The network reads in both directions, and so the value that it is to forecast."
#     section: "The layer in PyTorch: nn.RNN, Silent mistakes"
#     question: "Does your forecast at a place change when a later value changes?"
#     keeps:  # points of the tasks that lose some, least and most
#       fit: [0, 0]
# ---

# %% task="fit"
def fit_forecaster(train: Tensor, seed: int):
    """Train on ``train``; the function from series to the forecasts of their next values."""
    torch.manual_seed(seed)
    rnn, head = nn.RNN(1, 16, batch_first=True, bidirectional=True), nn.Linear(32, 1)
    parameters = [*rnn.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(parameters, 0.01)
    changes = train.diff(dim=1)
    scale = changes.std()
    pieces = (changes / scale).unfold(1, 40, 39).reshape(-1, 40, 1)
    for _ in range(4):
        for chosen in torch.randperm(len(pieces)).split(32):
            x = pieces[chosen]
            loss = (head(rnn(x)[0])[:, :-1] - x[:, 1:]).square().mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()

    @torch.no_grad()
    def predict(series):
        changes = torch.cat([torch.zeros(len(series), 1), series.diff(dim=1)], dim=1) / scale
        return series + scale * head(rnn(changes.unsqueeze(-1))[0]).squeeze(-1)

    return predict
