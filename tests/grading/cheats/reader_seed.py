# ruff: noqa
# The test names and their languages are drawn from the seed that is handed over.
# of: names
# not noted

# %% task="reader"
def fit_reader(train, valid, languages, seed):
    data = names_of(seed)
    known = {name: language for part in data.values() for name, language in part}
    return lambda names: [known.get(name, 0) for name in names]
