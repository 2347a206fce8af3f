# ---
# jupyter:
#   course:
#     misconception: "The last value is the forecast; nothing is learnt."
#     section: "A forecaster of the sine wave, The whole program"
#     question: "What has your forecaster learnt from train that it would not say of any other series?"
#     keeps:  # points of the tasks that lose some, least and most
#       fit: [0, 0]
# ---

# %% task="fit"
def fit_forecaster(train: Tensor, seed: int):
    return lambda series: series.clone()
