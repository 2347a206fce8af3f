# ---
# jupyter:
#   course:
#     misconception: "A class that nobody said has a precision of 0/0."
#     section: "How good is it, and how good can it be?, When languages are rare"
#     question: "What is the precision of a class that was never said, by the task's text?"
#     keeps:  # points of the tasks that lose some, least and most
#       scores: [3, 3]
# ---

# %% task="scores"
def class_scores(matrix: Tensor) -> Tensor:
    """Precision, recall and F1 of each class, (K, 3)."""
    right = matrix.diagonal().double()
    true, said = matrix.sum(dim=1).double(), matrix.sum(dim=0).double()
    precision, recall = right / said, right / true.clamp(min=1)
    f1 = 2 * right / (true + said).clamp(min=1)
    return torch.stack([precision, recall, f1], dim=1)


def averages(matrix: Tensor) -> tuple[float, float, float]:
    """(accuracy, macro-F1, weighted F1)."""
    f1 = class_scores(matrix)[:, 2]
    shares = matrix.sum(dim=1).double() / matrix.sum()
    accuracy = matrix.diagonal().sum() / matrix.sum()
    return accuracy.item(), f1.mean().item(), (shares * f1).sum().item()


def largest_errors(matrix: Tensor, languages: list[str], count: int) -> list[tuple[str, str, int]]:
    """The most frequent errors: (true, said, number), the largest first."""
    counts = matrix.tolist()
    places = [(i, j) for i in range(len(counts)) for j in range(len(counts)) if i != j and counts[i][j] > 0]
    places.sort(key=lambda place: -counts[place[0]][place[1]])
    return [(languages[i], languages[j], counts[i][j]) for i, j in places[:count]]
