# ---
# jupyter:
#   course:
#     misconception: "The shares of errors are compared in whole percent."
#     section: "Is it right, and does it know?, Errors by construction"
#     question: "Which is the larger share: 1 of 3, or 33 of 100?"
#     keeps:  # points of the tasks that lose some, least and most
#       errors: [1, 1]
# ---

# %% task="errors"
def error_table(kinds: list[str], labels: list[str], answers: list[str]) -> list[tuple[str, int, int]]:
    """Of each kind of reviews (kind, wrong, total), the largest share of errors first."""
    rows = []
    for kind in sorted(set(kinds)):
        ours = [k for k in range(len(kinds)) if kinds[k] == kind]
        rows.append((kind, sum(labels[k] != answers[k] for k in ours), len(ours)))
    return sorted(rows, key=lambda row: -(100 * row[1] // row[2]))


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
