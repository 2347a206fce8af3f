# ---
# jupyter:
#   course:
#     misconception: "All bins count the same, whatever the number of their reviews."
#     section: "Is it right, and does it know?, Calibration"
#     question: "How much should a bin of three reviews count beside one of three hundred?"
#     keeps:  # points of the tasks that lose some, least and most
#       calibration: [1, 1]
# ---

# %% task="calibration"
def calibration_error(probabilities: Tensor, labels: Tensor, bins: int) -> float:
    """The mean distance of probabilities from what is true, by bins."""
    where = (probabilities * bins).long().clamp(max=bins - 1)
    distances = labels.double() - probabilities.double()
    sums = torch.zeros(bins).double().index_add(0, where, distances)
    counts = torch.bincount(where, minlength=bins)
    return (sums[counts > 0] / counts[counts > 0]).abs().mean().item()


def temperature(logits: Tensor, labels: Tensor) -> float:
    """The temperature with the lowest loss."""
    z, y = logits.double(), labels.double()
    low, high = 0.1, 20.0
    while high / low > 1.0001:
        middle = math.sqrt(low * high)
        # The loss falls with T as long as this is positive: its slope by 1/T.
        if ((torch.sigmoid(z / middle) - y) * z).sum() > 0:
            low = middle
        else:
            high = middle
    return low


def calibrate(
    valid: tuple[Tensor, Tensor], test: tuple[Tensor, Tensor], bins: int
) -> tuple[float, float, float]:
    """The temperature, and the test's calibration errors before and after."""
    T = temperature(*valid)
    logits, labels = test
    before = calibration_error(torch.sigmoid(logits), labels, bins)
    return T, before, calibration_error(torch.sigmoid(logits / T), labels, bins)
