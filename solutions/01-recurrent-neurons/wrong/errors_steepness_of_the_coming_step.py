# ---
# jupyter:
#   course:
#     misconception: "The steepness is that of the step which is forecast, not of the one just made."
#     section: "A forecaster of the sine wave, One step ahead, and on its own"
#     question: "Is your steepness known when the forecast is made?"
#     keeps:  # points of the tasks that lose some, least and most
#       errors: [1, 1]
# ---

# %% task="errors"
def error_table(series: Tensor, predictions: Tensor, edges: list[float]) -> Tensor:
    """Number, error of the forecast and error of the last value, by steepness: (len(edges) + 1, 3)."""
    steepness = (series[:, 2:] - series[:, 1:-1]).abs()
    errors = predictions[:, 1:-1] - series[:, 2:]
    rival = series[:, 1:-1] - series[:, 2:]
    table = torch.zeros(len(edges) + 1, 3)
    bounds = [-float("inf"), *edges, float("inf")]
    for k in range(len(edges) + 1):
        inside = (steepness >= bounds[k]) & (steepness < bounds[k + 1])
        count = int(inside.sum())
        if count > 0:
            table[k, 0] = count
            table[k, 1] = errors[inside].square().mean().sqrt()
            table[k, 2] = rival[inside].square().mean().sqrt()
    return table


def worst_points(series: Tensor, predictions: Tensor, count: int) -> list[tuple[int, int, float]]:
    """The forecasts with the largest absolute errors: (line, place, error)."""
    errors = predictions[:, :-1] - series[:, 1:]
    width = errors.shape[1]
    flat = errors.flatten()
    order = flat.abs().argsort(descending=True)[:count]
    return [(int(k) // width, int(k) % width + 1, float(flat[k])) for k in order]
