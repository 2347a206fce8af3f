# ---
# jupyter:
#   course:
#     misconception: "Names are looked up in the training list; others get the first language."
#     section: "How good is it, and how good can it be?, The split that leaks"
#     keeps:  # points of the tasks that lose some, least and most
#       reader: [0, 0]
# ---

# %% task="reader"
def fit_reader(train, valid, languages, seed):
    known = dict(train)
    return lambda names: [known.get(name, 0) for name in names]
