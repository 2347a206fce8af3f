# ---
# jupyter:
#   course:
#     misconception: >-
#       The forecast change is added as the network gives it, and not brought back to the unit of the
#       series.
#     section: "A forecaster of the sine wave, The whole program"
#     question: >-
#       In which unit is the change that the network gives, and in which the value that you add it to?
#     keeps:  # points of the tasks that lose some, least and most
#       fit: [0, 0]
# ---

# %% task="fit"
def fit_forecaster(train: Tensor, seed: int):
    """Train on ``train``; the function from series to the forecasts of their next values."""
    torch.manual_seed(seed)
    train = train.float()
    scale = train.diff(dim=1).std()

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.RNN(1, 32, batch_first=True)
            self.head = nn.Linear(32, 1)

        def forward(self, changes):
            return self.head(self.rnn(changes.unsqueeze(-1))[0]).squeeze(-1)

    net = Net()
    changes = train.diff(dim=1) / scale
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    changes = torch.cat(changes[:, : changes.shape[1] // 66 * 66].split(66, dim=1))
    inputs, targets = changes[:, :-1], changes[:, 1:]
    for _ in range(100):
        loss = (net(inputs) - targets).square().mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()

    def predict(series: Tensor) -> Tensor:
        series = series.float()
        with torch.no_grad():
            changes = torch.cat([torch.zeros(len(series), 1), series.diff(dim=1)], dim=1) / scale
            return series + net(changes)

    return predict
