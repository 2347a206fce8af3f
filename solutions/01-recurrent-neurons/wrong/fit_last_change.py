# ---
# jupyter:
#   course:
#     misconception: "The last change is expected again; nothing is learnt."
#     section: "A forecaster of the sine wave, The whole program"
#     question: "What has your forecaster learnt from train that it would not say of any other series?"
#     keeps:  # points of the tasks that lose some, least and most
#       fit: [0, 0]
# ---

# %% task="fit"
def fit_forecaster(train: Tensor, seed: int):
    def predict(series):
        first = torch.zeros(len(series), 1)
        return series + torch.cat([first, series.diff(dim=1)], dim=1)

    return predict
