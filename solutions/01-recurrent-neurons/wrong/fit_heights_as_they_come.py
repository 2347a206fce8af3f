# ---
# jupyter:
#   course:
#     misconception: "The heights themselves are read and predicted, in the unit in which they come."
#     section: "A forecaster of the sine wave, The whole program"
#     question: "How large are the numbers that the network reads, and how large can a tanh be?"
#     keeps:  # points of the tasks that lose some, least and most
#       fit: [0, 0]
# ---

# %% task="fit"
def fit_forecaster(train: Tensor, seed: int):
    """Train on ``train``; the function from series to the forecasts of their next values."""
    torch.manual_seed(seed)
    rnn, head = nn.RNN(1, 32, batch_first=True), nn.Linear(32, 1)
    parameters = [*rnn.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(parameters, 0.01)
    pieces = train.unfold(1, 40, 39).reshape(-1, 40, 1)
    for _ in range(4):
        for chosen in torch.randperm(len(pieces)).split(32):
            x = pieces[chosen]
            loss = (head(rnn(x[:, :-1])[0]) - x[:, 1:]).square().mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()

    @torch.no_grad()
    def predict(series):
        return head(rnn(series.unsqueeze(-1))[0]).squeeze(-1)

    return predict
