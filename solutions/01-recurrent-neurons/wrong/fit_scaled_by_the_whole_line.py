# ---
# jupyter:
#   course:
#     misconception: "Each line is scaled by the spread of all its changes, those to come included."
#     section: "A forecaster of the sine wave, The whole program"
#     question: "Does your forecast at a place change when a later value changes?"
#     keeps:  # points of the tasks that lose some, least and most
#       fit: [0, 0]
# ---

# %% task="fit"
def fit_forecaster(train, seed):
    torch.manual_seed(seed)
    rnn, head = nn.RNN(1, 32, batch_first=True), nn.Linear(32, 1)
    parameters = [*rnn.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(parameters, 0.01)

    def scaled(series):
        changes = series.diff(dim=1, prepend=series[:, :1])
        scale = changes.square().mean(dim=1, keepdim=True).sqrt().clamp(min=1e-9)
        return (changes / scale).unsqueeze(-1), scale

    for _ in range(8):
        for chosen in torch.randperm(len(train)).split(16):
            x, _ = scaled(train[chosen])
            loss = (head(rnn(x[:, :-1])[0]) - x[:, 1:]).square().mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()

    @torch.no_grad()
    def predict(series):
        x, scale = scaled(series)
        return series + scale * head(rnn(x)[0]).squeeze(-1)

    return predict
