# ---
# jupyter:
#   course:
#     misconception: >-
#       The accuracy is the mean of the classes' recalls, in which a rare class counts as much as a frequent
#       one.
#     section: "How good is it, and how good can it be?, When languages are rare"
#     question: >-
#       Of 99 names of one class, all right, and one of another, wrong: what share is right, and what does
#       your function say?
#     keeps:  # points of the tasks that lose some, least and most
#       scores: [2, 2]
# ---

# %% task="scores"
def class_scores(matrix: Tensor) -> Tensor:
    """Precision, recall and F1 of each class, (K, 3)."""
    right = matrix.diagonal().float()
    said, true = matrix.sum(dim=0).float(), matrix.sum(dim=1).float()
    precision = right / said.clamp(min=1)
    recall = right / true.clamp(min=1)
    f1 = 2 * right / (said + true).clamp(min=1)
    return torch.stack([precision, recall, f1], dim=1)


def averages(matrix: Tensor) -> tuple[float, float, float]:
    """(accuracy, macro-F1, weighted F1)."""
    f1 = class_scores(matrix)[:, 2]
    true, total = matrix.sum(dim=1), max(1, int(matrix.sum()))
    accuracy = float(class_scores(matrix)[:, 1].mean())
    return accuracy, float(f1.mean()), float((f1 * true).sum()) / total


def largest_errors(matrix: Tensor, languages: list[str], count: int) -> list[tuple[str, str, int]]:
    """The most frequent errors: (true, said, number), the largest first."""
    rows = matrix.tolist()
    found = [(-n, i, j) for i, row in enumerate(rows) for j, n in enumerate(row) if i != j and n > 0]
    return [(languages[i], languages[j], -n) for n, i, j in sorted(found)[:count]]
