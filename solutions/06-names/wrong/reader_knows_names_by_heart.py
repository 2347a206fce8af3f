# ---
# jupyter:
#   course:
#     misconception: "Names are looked up in the training list; others get the first language."
#     section: "How good is it, and how good can it be?, The split that leaks"
#     question: "What does your function say of a name that it has never met?"
#     keeps:  # points of the tasks that lose some, least and most
#       reader: [0, 0]
# ---

# %% task="reader"
def fit_reader(train, valid, languages, seed):
    known = dict(train)
    return lambda names: [known.get(name, 0) for name in names]
