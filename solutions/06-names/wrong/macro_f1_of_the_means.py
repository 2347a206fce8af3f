# ---
# jupyter:
#   course:
#     misconception: "Macro-F1 is computed from the mean precision and the mean recall."
#     section: "How good is it, and how good can it be?, When languages are rare"
#     question: "Is the mean taken before or after the F1 of each class?"
#     keeps:  # points of the tasks that lose some, least and most
#       scores: [2, 2]
# ---

# %% task="scores"
def class_scores(matrix: Tensor) -> Tensor:
    """Precision, recall and F1 of each class, (K, 3)."""
    right = matrix.diagonal().double()
    true, said = matrix.sum(dim=1).double(), matrix.sum(dim=0).double()
    precision, recall = right / said.clamp(min=1), right / true.clamp(min=1)
    f1 = 2 * right / (true + said).clamp(min=1)
    return torch.stack([precision, recall, f1], dim=1)


def averages(matrix: Tensor) -> tuple[float, float, float]:
    """(accuracy, macro-F1, weighted F1)."""
    p, r, f1 = class_scores(matrix).T
    shares = matrix.sum(dim=1).double() / matrix.sum()
    accuracy = matrix.diagonal().sum() / matrix.sum()
    return (
        accuracy.item(),
        (2 * p.mean() * r.mean() / (p.mean() + r.mean())).item(),
        (shares * f1).sum().item(),
    )


def largest_errors(matrix: Tensor, languages: list[str], count: int) -> list[tuple[str, str, int]]:
    """The most frequent errors: (true, said, number), the largest first."""
    counts = matrix.tolist()
    places = [(i, j) for i in range(len(counts)) for j in range(len(counts)) if i != j and counts[i][j] > 0]
    places.sort(key=lambda place: -counts[place[0]][place[1]])
    return [(languages[i], languages[j], counts[i][j]) for i, j in places[:count]]
