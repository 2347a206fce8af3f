# ---
# jupyter:
#   course:
#     misconception: "The mean of the squared errors is given without its root."
#     section: "A forecaster of the sine wave, One step ahead, and on its own"
#     question: "In which unit is your error: in that of the series, or in its square?"
#     keeps:  # points of the tasks that lose some, least and most
#       errors: [1, 1]
# ---

# %% task="errors"
def error_table(series: Tensor, predictions: Tensor, edges: list[float]) -> Tensor:
    """Number, error of the forecast and error of the last value, by steepness: (len(edges) + 1, 3)."""
    steepness = (series[:, 1:-1] - series[:, :-2]).abs()
    ours = (predictions[:, 1:-1] - series[:, 2:]).square()
    rival = (series[:, 1:-1] - series[:, 2:]).square()
    rows = torch.zeros(len(edges) + 1, 3)
    for k, (low, high) in enumerate(zip([-1.0, *edges], [*edges, float("inf")], strict=True)):
        inside = (steepness >= low) & (steepness < high)
        if inside.any():
            rows[k] = torch.stack([inside.sum(), ours[inside].mean(), rival[inside].mean()])
    return rows


def worst_points(series: Tensor, predictions: Tensor, count: int) -> list[tuple[int, int, float]]:
    """The forecasts with the largest absolute errors: (line, place, error)."""
    errors = (predictions[:, :-1] - series[:, 1:]).tolist()
    rows = [(i, t + 1, error) for i, line in enumerate(errors) for t, error in enumerate(line)]
    return sorted(rows, key=lambda row: -abs(row[2]))[:count]
