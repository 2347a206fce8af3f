# ---
# jupyter:
#   course:
#     misconception: >-
#       Share and kind are sorted in reverse together, so that equals stand in the alphabet's reverse order.
#     section: "Is it right, and does it know?, Errors by construction"
#     question: "Which of two kinds with the same share comes first in your table?"
#     keeps:  # points of the tasks that lose some, least and most
#       errors: [1, 1]
# ---

# %% task="errors"
def error_table(kinds: list[str], labels: list[str], answers: list[str]) -> list[tuple[str, int, int]]:
    """Of each kind of reviews (kind, wrong, total), the largest share of errors first."""
    wrong, total = {}, {}
    for kind, label, answer in zip(kinds, labels, answers):
        total[kind] = total.get(kind, 0) + 1
        wrong[kind] = wrong.get(kind, 0) + int(label != answer)
    rows = [(kind, wrong[kind], total[kind]) for kind in total]
    return sorted(rows, key=lambda row: (row[1] / row[2], row[0]), reverse=True)


def diagnosis() -> dict[int, tuple[str, str]]:
    """The cause of each error, and the word that shows it."""
    return {
        1: ("A", "never"),
        2: ("B", "although"),
        3: ("C", "scrumptious"),
        4: ("D", "friday"),
        5: ("A", "not"),
        6: ("E", ""),
        7: ("A", "nothing"),
        8: ("D", "sequel"),
        9: ("C", "mesmerising"),
        10: ("B", "but"),
    }
