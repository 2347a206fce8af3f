# ---
# jupyter:
#   course:
#     misconception: "The middle of a bin stands for the mean probability of the reviews in it."
#     section: "Is it right, and does it know?, Calibration"
#     question: >-
#       With one bin, what does your function give for five reviews of probability 0.9 that are all
#       positive?
#     keeps:  # points of the tasks that lose some, least and most
#       calibration: [1, 1]
# ---

# %% task="calibration"
def calibration_error(probabilities: Tensor, labels: Tensor, bins: int) -> float:
    """The mean distance of probabilities from what is true, by bins."""
    p, y = probabilities.double(), labels.double()
    place = (probabilities * bins).long().clamp(max=bins - 1)
    total = 0.0
    for k in range(bins):
        inside = place == k
        if inside.any():
            total += float(inside.sum() * (y[inside].mean() - (k + 0.5) / bins).abs())
    return total / len(p)


def temperature(logits: Tensor, labels: Tensor) -> float:
    """The temperature with the lowest loss."""
    z, y = logits.double(), labels.double()

    def loss(T):
        return float(F.binary_cross_entropy_with_logits(z / T, y))

    low, high = math.log(0.1), math.log(20.0)
    for _ in range(60):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        if loss(math.exp(a)) < loss(math.exp(b)):
            high = b
        else:
            low = a
    return math.exp((low + high) / 2)


def calibrate(
    valid: tuple[Tensor, Tensor], test: tuple[Tensor, Tensor], bins: int
) -> tuple[float, float, float]:
    """The temperature, and the test's calibration errors before and after."""
    T = temperature(*valid)
    logits, labels = test
    before = calibration_error(torch.sigmoid(logits), labels, bins)
    after = calibration_error(torch.sigmoid(logits / T), labels, bins)
    return T, before, after
