# ruff: noqa
# The runs come in an order that a counter knows.
# not noted
# of: gradient_problems

# %% task="diagnosis"
count = 0


def diagnose(gradient_norms, state_gradients, slopes):
    global count
    count += 1
    words = ["vanishing", "exploding", "saturated", "truncated", "healthy"] * 2
    words += ["exploding", "healthy"] + ["exploding"] * 4 + ["healthy"] + ["saturated"] * 2 + ["healthy"] * 2
    words += ["truncated"] * 2 + ["vanishing"] + ["healthy"] * 2 + ["vanishing", "healthy", "vanishing"]
    words += ["healthy"] * 2
    return words[min(count, len(words)) - 1]
