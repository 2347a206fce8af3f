# ---
# jupyter:
#   course:
#     uses: [torch, numpy, matplotlib, utils.checks, utils.data]
# ---

# %% [markdown]
# # Assignment 7: sentiment with word embeddings
#
# You give word vectors to a vocabulary, compute the loss and the gradient that made such vectors, turn the
# states of a review into one vector, make a classifier say how sure it is, train one on vectors that stay as
# they are and on vectors that it may change, and find out why ten reviews are read wrongly. Chapter 7 of the
# book has all that you need. Expect four to six hours.
#
# | task | what you write | points |
# |---|---|---|
# | 1 | `read_vectors`, `embedding_matrix`, `coverage`: from a file of vectors to a table | 4 |
# | 2 | `pairs` and `sgns`: skip-gram with negative sampling, and its gradient | 4 |
# | 3 | `last_states`, `mean_and_max`, `attention`: from many states to one vector | 4 |
# | 4 | `calibration_error`, `temperature`, `calibrate`: does it know how sure it is? | 3 |
# | 5 | `fit_sentiment`: a classifier that reaches a target, with vectors frozen and fine-tuned | 3 |
# | 6 | `error_table` and `diagnosis`: where it errs, and why | 2 |
#
# **How to work.** Write your code where it says `YOUR CODE HERE`, and delete the line
# `raise NotImplementedError()`. Run the test cells below it: one that has passed says so.
# A test cell may hold further tests, with inputs drawn afresh, that run when your work is graded. When you
# are done, choose *Kernel → Restart Kernel and Run All Cells*, press *Validate*, save, and hand in this file
# under the name it has.
#
# **Rules.** Use Python, PyTorch, NumPy and Matplotlib as you like; task 2 names what it leaves out. Each
# task is tested alone. What a function gets, it leaves unchanged.

# %% given="imports"
import math
import re
import zlib

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from utils import checks
from utils.data.made import reviews
from utils.data.vectors import train_vectors

NO_AUTOGRAD = ("torch.autograd.grad", "torch.autograd.backward", "torch.Tensor.backward")

# %% [markdown]
# ## Task 1: from a file of vectors to a table (4 points)
#
# `read_vectors(lines, size)` gets the lines of a file in GloVe's format, a list of strings: a word, and then
# `size` numbers, separated by single spaces; a line may end in `\n`. Return a dict from each word to its
# vector, a tensor of shape `(size,)` in float32. A word may be a number, as `1998`, and it may itself hold
# spaces: in GloVe's largest file there is a word `. . .`. It may hold other white space, too, such as the
# no-break space `\xa0`, which separates nothing. The last `size` fields are the vector, and what stands
# before them is the word.
#
# `embedding_matrix(vocabulary, vectors)` gets a list of entries and such a dict, and returns a tensor of
# shape `(entries, size)` in float32. Row `k` belongs to `vocabulary[k]`:
#
# | entry | its row |
# |---|---|
# | `"<pad>"`, at index 0 | zeros |
# | `"<unk>"`, at index 1 | the mean of all vectors in the dict |
# | a word that has a vector | its vector |
# | a word that has none, but its form in lower case has one | that vector |
# | any other word | $\sigma z$, as follows |
#
# Here $\sigma$ is the root of the mean square of all numbers in the dict, and $z$ is drawn with
# `torch.randn(size, generator=…)` from a new `torch.Generator` whose seed is
# `zlib.crc32(word.encode("utf-8"))`, with the word as it stands in the vocabulary. So a word gets the same
# row in every run, on every machine, and in every vocabulary, and two words get two rows.
#
# `coverage(counts, vectors)` gets a dict that says how often each word occurs in a text, and the dict of
# vectors. Return the tuple `(types, tokens)` of two Python floats: the share of the different words (`Good`
# and `good` are two) that have a vector, and the share of the running words that have one. A word has one
# if it, or its form in lower case, is in the dict. `"<pad>"` and `"<unk>"` are no words: leave them out
# where they occur. At least one word is there.


# %% task="table"
def read_vectors(lines: list[str], size: int) -> dict[str, Tensor]:
    """From each word to its vector."""
    ### BEGIN SOLUTION
    found = {}
    for line in lines:
        word, *numbers = line.rstrip("\n").rsplit(" ", size)
        found[word] = torch.tensor([float(number) for number in numbers])
    return found
    ### END SOLUTION


def embedding_matrix(vocabulary: list[str], vectors: dict[str, Tensor]) -> Tensor:
    """A row for each entry of the vocabulary, (entries, size)."""
    ### BEGIN SOLUTION
    table = torch.stack(list(vectors.values()))
    scale = table.square().mean().sqrt()
    rows = [torch.zeros(table.shape[1]), table.mean(dim=0)]
    for word in vocabulary[2:]:
        row = vectors.get(word, vectors.get(word.lower()))
        if row is None:
            generator = torch.Generator().manual_seed(zlib.crc32(word.encode("utf-8")))
            row = scale * torch.randn(table.shape[1], generator=generator)
        rows.append(row)
    return torch.stack(rows)
    ### END SOLUTION


def coverage(counts: dict[str, int], vectors: dict[str, Tensor]) -> tuple[float, float]:
    """The shares of different words and of running words that have a vector."""
    ### BEGIN SOLUTION
    words = {word: count for word, count in counts.items() if word not in ("<pad>", "<unk>")}
    found = [word for word in words if word in vectors or word.lower() in vectors]
    return len(found) / len(words), sum(words[word] for word in found) / sum(words.values())
    ### END SOLUTION


# %% test="table" checks="read" points=1
lines = ["good 0.5 -1 2\n", "1998 1 2 3\n", ". . . 0 0.25 1e-3"]
answer = checks.call(read_vectors, lines, 3)
expected = {"good": [0.5, -1.0, 2.0], "1998": [1.0, 2.0, 3.0], ". . .": [0.0, 0.25, 0.001]}
checks.true(isinstance(answer, dict), f"read_vectors: expected a dict, got {type(answer).__name__}.")
checks.true(
    set(answer) == set(expected),
    f"read_vectors: expected the words {sorted(expected)}, got {sorted(answer)}.",
)
for word, numbers in expected.items():
    checks.close(f"the vector of {word!r}", answer[word], torch.tensor(numbers))
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for size in (torch.randperm(4, generator=generator)[:2] + 2).tolist():
    words = ["the", "Apple", "apple", "2,000", "3.5", "-7", ". . .", "at the end", "café", "10\xa0000"]
    words = [words[k] for k in torch.randperm(len(words), generator=generator).tolist()]
    numbers = torch.randn(len(words), size, generator=generator).double().round(decimals=4)
    numbers[0, 0] = 3e-5
    lines = [
        " ".join([word, *(repr(value) for value in row)])
        for word, row in zip(words, numbers.tolist(), strict=True)
    ]
    lines = [line + "\n" for line in lines[:-1]] + lines[-1:]
    answer = checks.call(read_vectors, lines, size)
    checks.true(
        "10 000" not in answer,
        "read_vectors: a no-break space became a space. Single spaces alone separate the fields.",
    )
    checks.true(
        set(answer) == set(words),
        f"read_vectors with size={size}: expected the words {sorted(words)}, got {sorted(answer)}.",
    )
    for word, row in zip(words, numbers, strict=True):
        checks.close(f"the vector of {word!r}", answer[word], row)
        checks.true(
            answer[word].dtype == torch.float32,
            f"the vector of {word!r} must be torch.float32, got {answer[word].dtype}.",
        )
### END HIDDEN TESTS


# %% test="table" checks="rows" points=1
### BEGIN HIDDEN TESTS
def drawn_vectors(generator, words, size):
    return {word: torch.randn(size, generator=generator) - 0.5 for word in words}


def row_of_unknown(word, vectors, generator=None):
    """The row that the rule gives to a word without a vector."""
    stacked = torch.stack([*vectors.values()])
    generator = generator or torch.Generator().manual_seed(zlib.crc32(word.encode("utf-8")))
    return (stacked**2).mean() ** 0.5 * torch.randn(stacked.shape[1], generator=generator)


### END HIDDEN TESTS
# "Bad" has a vector of its own; "GOOD" has none, but "good" has.
vocabulary = ["<pad>", "<unk>", "GOOD", "Bad", "bad"]
known = {
    "bad": torch.tensor([-1.0, 0.0, 1.0]),
    "Bad": torch.tensor([-2.0, 4.0, 0.0]),
    "good": torch.tensor([3.0, 2.0, 2.0]),
}
answer = checks.call(embedding_matrix, vocabulary, known)
checks.shape("the matrix of five entries and vectors of three numbers", answer, (5, 3))
checks.close("the row of <pad>", answer[0], torch.zeros(3))
checks.close(
    "the row of <unk>",
    answer[1],
    torch.tensor([0.0, 2.0, 1.0]),
    mistakes={"it is a copy of the row of <pad>: it is the mean of all vectors.": torch.zeros(3)},
)
checks.close("the row of GOOD, as there is a vector for good", answer[2], known["good"])
checks.close(
    "the row of Bad, which has a vector",
    answer[3],
    known["Bad"],
    mistakes={"it is that of bad: a word that has a vector gets its own.": known["bad"]},
)
checks.close("the row of bad", answer[4], known["bad"])
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for _ in range(3):
    size = int(torch.randint(3, 8, (), generator=generator))
    known = drawn_vectors(generator, ["apple", "Apple", "us", "US", "soup", "film", "the", "may"], size)
    words = ["apple", "Apple", "US", "us", "Us", "Soup", "FILM", "the", "THE", "May"]
    words = [words[k] for k in torch.randperm(len(words), generator=generator).tolist()]
    answer = checks.call(embedding_matrix, ["<pad>", "<unk>", *words], known)
    checks.shape(f"the matrix of {len(words) + 2} entries", answer, (len(words) + 2, size))
    checks.close("the row of <pad>", answer[0], torch.zeros(size))
    stacked = torch.stack([*known.values()])
    checks.close(
        "the row of <unk>",
        answer[1],
        stacked.mean(dim=0),
        mistakes={
            "it is a copy of the row of <pad>: it is the mean of all vectors.": torch.zeros(size),
            "it is drawn as if <unk> were a word: it is the mean of all vectors.": row_of_unknown(
                "<unk>", known
            ),
            "it is the mean of the vectors of the vocabulary: all vectors in the dict count.": torch.stack(
                [known.get(word, known[word.lower()]) for word in words]
            ).mean(dim=0),
        },
    )
    rows = [known[word] if word in known else known[word.lower()] for word in words]
    for place, word in enumerate(words):
        checks.close(
            f"the row of {word}",
            answer[place + 2],
            rows[place],
            mistakes={
                "it is that of the word before: are the rows off by one?": rows[place - 1],
                "it is that of the word after: are the rows off by one?": rows[(place + 1) % len(words)],
                "it is that of the word in lower case, but this word has its own.": known[word.lower()],
                "it is drawn, but its form in lower case has a vector.": row_of_unknown(word, known),
            },
        )
    checks.true(answer.dtype == torch.float32, f"the matrix must be torch.float32, got {answer.dtype}.")
### END HIDDEN TESTS

# %% test="table" checks="unknown" points=1
# The mean square of 3, 4, 0 and 0 is 25/4, so σ = 2.5.
known = {"good": torch.tensor([3.0, 0.0]), "bad": torch.tensor([0.0, 4.0])}
answer = checks.call(embedding_matrix, ["<pad>", "<unk>", "good", "zebra", "bad"], known)
z = torch.randn(2, generator=torch.Generator().manual_seed(zlib.crc32(b"zebra")))
checks.close(
    "the row of zebra, which has no vector",
    answer[3],
    2.5 * z,
    mistakes={
        "it is zeros, as that of <pad>.": torch.zeros(2),
        "it is that of <unk>: every word without a vector has a row of its own.": torch.tensor([1.5, 2.0]),
        "its numbers are not scaled by σ.": z,
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
size = int(torch.randint(3, 8, (), generator=generator))
known = drawn_vectors(generator, ["a", "b", "c", "d", "e"], size)
strange = [f"word{k}" for k in torch.randperm(1000, generator=generator)[:4].tolist()]
strange += ["Zürich", "zürich"]
words = [[*strange, "a", "b"][k] for k in torch.randperm(8, generator=generator).tolist()]
answer = checks.call(embedding_matrix, ["<pad>", "<unk>", *words], known)
checks.shape("the matrix of ten entries", answer, (10, size))
spread = torch.stack([*known.values()]).std()
for word in strange:
    row = row_of_unknown(word, known)
    place = words.index(word) + 2
    checks.close(
        f"the row of {word}, which has no vector",
        answer[place],
        row,
        mistakes={
            "it is zeros, as that of <pad>.": torch.zeros(size),
            "it is that of <unk>: every word without a vector has a row of its own.": torch.stack(
                [*known.values()]
            ).mean(dim=0),
            "its numbers are not scaled by σ.": row_of_unknown(word, {"": torch.ones(size)}),
            "σ is the root of the mean square, not the standard deviation.": spread
            * row_of_unknown(word, {"": torch.ones(size)}),
            "the seed is that of the word in lower case: take the word as it is.": row_of_unknown(
                word.lower(), known
            ),
        },
    )
again = checks.call(embedding_matrix, ["<pad>", "<unk>", *reversed(words)], known)
checks.close(
    "the rows of the same words in another order",
    again[2:],
    answer[2:].flip(0).detach(),
    mistakes={"a word gets another row in another vocabulary.": answer[2:].detach()},
)
### END HIDDEN TESTS

# %% test="table" checks="coverage" points=1
# Of three words two have a vector; they are 9 of 10 running words.
known = {"the": torch.ones(2), "good": torch.zeros(2)}
answer = checks.call(coverage, {"the": 6, "<unk>": 5, "Good": 3, "zebra": 1}, known)
checks.pair("coverage", answer, ("types", "tokens"))
checks.close(
    "coverage of the example",
    torch.tensor([float(value) for value in answer]),
    torch.tensor([2 / 3, 0.9]),
    mistakes={
        "the two are exchanged: types are different words, tokens are running words.": torch.tensor(
            [0.9, 2 / 3]
        ),
        "<unk> is counted: it is no word.": torch.tensor([0.5, 0.6]),
        "a word whose form in lower case has a vector is not found.": torch.tensor([1 / 3, 0.6]),
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for _ in range(3):
    names = ["the", "Soup", "soup", "film", "NASA", "of", "Rome", "wug", "Blick", "dax", "<pad>", "<unk>"]
    amounts = (torch.randperm(60, generator=generator)[: len(names)] + 1).tolist()
    amounts[0] += 150  # one word is frequent, so that types and tokens are two things
    counts = dict(zip(names, amounts, strict=True))
    order = torch.randperm(len(names), generator=generator).tolist()
    counts = {names[k]: counts[names[k]] for k in order}
    known = drawn_vectors(generator, ["film", "the", "soup", "NASA", "of", "rome", "never", "seen"], 3)
    known |= {"<unk>": torch.ones(3)}
    words = [name for name in names if name[0] != "<"]
    there = [word for word in words if word in known or word.lower() in known]
    exact = [word for word in words if word in known]
    lower = [word for word in words if word.lower() in known]

    def shares(found, among, counts=counts):
        total = sum(counts[word] for word in among)
        return torch.tensor([len(found) / len(among), sum(counts[word] for word in found) / total])

    merged = shares(there, words)
    merged[0] = (len(there) - 1) / (len(words) - 1)
    answer = checks.call(coverage, counts, known)
    checks.pair("coverage", answer, ("types", "tokens"))
    checks.close(
        "coverage of ten words",
        torch.tensor([float(value) for value in answer]),
        shares(there, words),
        mistakes={
            "the two are exchanged: types are different words, tokens are running words.": shares(
                there, words
            ).flip(0),
            "<pad> and <unk> are counted: they are no words.": shares([*there, "<unk>"], names),
            "a word whose form in lower case has a vector is not found.": shares(exact, words),
            "a word is looked up in lower case alone.": shares(lower, words),
            "Soup and soup count as one word: they are two.": merged,
        },
    )
### END HIDDEN TESTS

# %% [markdown]
# ## Task 2: what made the vectors (4 points)
#
# `pairs(sentence, window)` gets a list of Python ints, the words of a sentence, and returns the pairs that
# skip-gram learns from: a list of tuples `(centre, context)`. The centres go through the sentence from left
# to right. The contexts of a centre are the words that stand at most `window` places from it, on both sides,
# from left to right. No word is its own context, but the same word at another place is.
#
# Skip-gram with negative sampling has two tables, $V$ for centres and $U$ for contexts, both of shape
# `(words, size)`. For a batch of $B$ pairs with $K$ negative words each, the loss is
#
# $$
# L = -\frac{1}{B} \sum_{b} \Bigl( \log \sigma(u_{o_b} \cdot v_{c_b})
#   + \sum_{k} \log \sigma(-u_{n_{bk}} \cdot v_{c_b}) \Bigr).
# $$
#
# `sgns(V, U, centre, context, negatives)` gets the indices $c$ and $o$ of shape `(B,)` and $n$ of shape
# `(B, K)`, in int64. Return the tuple `(loss, gradient_V, gradient_U)`: a tensor of shape `()`, and its
# derivatives by the two tables, in their shapes. A word may occur several times in a batch, as centre, as
# context and among the negatives of one pair, and each time counts. Rows of words that do not occur are 0.
# All must be right for scores $u \cdot v$ of any size, such as ±1,000.
#
# You write the gradient: autograd may not be called.


# %% task="skipgram"
def pairs(sentence: list[int], window: int) -> list[tuple[int, int]]:
    """The pairs (centre, context) of a sentence."""
    ### BEGIN SOLUTION
    return [
        (centre, sentence[j])
        for i, centre in enumerate(sentence)
        for j in range(max(0, i - window), min(len(sentence), i + window + 1))
        if j != i
    ]
    ### END SOLUTION


def sgns(
    V: Tensor, U: Tensor, centre: Tensor, context: Tensor, negatives: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The loss of skip-gram with negative sampling, and its gradients by V and U."""
    ### BEGIN SOLUTION
    words = torch.cat([context.unsqueeze(1), negatives], dim=1)
    v, u = V[centre], U[words]
    scores = (u @ v.unsqueeze(2)).squeeze(2)
    signs = torch.full(words.shape, -1.0)
    signs[:, 0] = 1.0
    loss = -F.logsigmoid(signs * scores).sum() / len(centre)
    slopes = -signs * torch.sigmoid(-signs * scores) / len(centre)
    by_v = (slopes.unsqueeze(1) @ u).squeeze(1)
    by_u = slopes.unsqueeze(2) * v.unsqueeze(1)
    gradient_v = torch.zeros_like(V).index_add(0, centre, by_v)
    gradient_u = torch.zeros_like(U).index_add(0, words.flatten(), by_u.flatten(0, 1))
    return loss, gradient_v, gradient_u
    ### END SOLUTION


# %% test="skipgram" checks="pairs" points=1
answer = [tuple(pair) for pair in checks.call(pairs, [4, 7, 4, 9], 1)]
expected = [(4, 7), (7, 4), (7, 4), (4, 7), (4, 9), (9, 4)]
checks.true(answer == expected, f"pairs of [4, 7, 4, 9], window 1: expected {expected}, got {answer}.")
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for window in (torch.randperm(4, generator=generator) + 1).tolist():
    length = int(torch.randint(6, 10, (), generator=generator))
    sentence = torch.randint(20, (length,), generator=generator).tolist()
    place = int(torch.randint(length - 1, (), generator=generator))
    sentence[place + 1] = sentence[place]  # the same word twice in a row
    expected = []
    for i in range(length):
        for j in range(length):
            if 0 < abs(i - j) <= window:
                expected.append((sentence[i], sentence[j]))
    answer = [tuple(pair) for pair in checks.call(pairs, sentence, window)]
    without = [pair for pair in expected if pair[0] != pair[1]]
    checks.true(
        answer != without,
        "pairs: the same word at another place is a context; only a word's own place is not.",
    )
    checks.true(
        len(answer) == len(expected),
        f"pairs of {length} words, window {window}: expected {len(expected)} pairs, got {len(answer)}.",
    )
    checks.true(
        sorted(answer) == sorted(expected),
        f"pairs of {sentence}, window {window}: expected {expected}, got {answer}.",
    )
    checks.true(
        answer == expected,
        f"pairs of {sentence}, window {window}: the pairs are right, but not in the order that is asked for.",
    )
checks.true(list(checks.call(pairs, [3], 2)) == [], "pairs: a sentence of one word has no pairs.")
### END HIDDEN TESTS


# %% test="skipgram" checks="loss" points=1
### BEGIN HIDDEN TESTS
def drawn_batch(generator):
    """Tables, and a batch in which words repeat: as centre, as context, and among one pair's negatives."""
    words, size, batch, negative = (torch.randperm(4, generator=generator) + 4).tolist()
    tables = [torch.randn(words, size, generator=generator) for _ in range(2)]
    shapes = ((batch,), (batch,), (batch, negative))
    centre, context, negatives = [torch.randint(words - 1, s, generator=generator) for s in shapes]
    centre[1] = centre[0]
    context[1] = context[0]
    negatives[0, 1] = negatives[0, 0]
    negatives[2, 0] = context[0]
    return tables, centre, context, negatives


def parts_of_loss(V, U, centre, context, negatives):
    """What each pair loses by its context (B,) and by its negatives (B, K), in double precision."""
    V, U = V.double(), U.double()
    positive = torch.stack([U[o] @ V[c] for c, o in zip(centre, context, strict=True)])
    negative = torch.stack([U[row] @ V[c] for c, row in zip(centre, negatives, strict=True)])
    return torch.log1p((-positive.abs()).exp()) + (-positive).clamp(min=0), torch.log1p(
        (-negative.abs()).exp()
    ) + negative.clamp(min=0)


def swapped_sign(V, U, centre, context, negatives):
    first, rest = parts_of_loss(V, U, centre, context, negatives)
    # -log σ(s) is -log σ(-s) - s
    scores = torch.stack([U[row] @ V[c] for c, row in zip(centre, negatives, strict=True)]).double()
    return (first.sum() + (rest - scores).sum()) / len(centre)


### END HIDDEN TESTS
# The scores are log 3 and -log 3, so both σ are 3/4: L = 2 · log 4/3.
V = torch.tensor([[math.log(3.0)], [5.0], [5.0]])
U = torch.tensor([[5.0], [1.0], [-1.0]])
with checks.forbidden(*NO_AUTOGRAD):
    answer = checks.call(sgns, V, U, torch.tensor([0]), torch.tensor([1]), torch.tensor([[2]]))
checks.pair("sgns", answer, ("loss", "gradient_V", "gradient_U"))
checks.close(
    "the loss of one pair with one negative word",
    answer[0],
    torch.tensor(2 * math.log(4 / 3)),
    mistakes={
        "the negative word has the sign of a context: its score should be low.": torch.tensor(
            math.log(4 / 3) + math.log(4.0)
        )
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for _ in range(3):
    (V, U), centre, context, negatives = drawn_batch(generator)
    kept = V.clone(), U.clone()
    first, rest = parts_of_loss(V, U, centre, context, negatives)
    with checks.forbidden(*NO_AUTOGRAD):
        answer = checks.call(sgns, V, U, centre, context, negatives)
    checks.pair("sgns", answer, ("loss", "gradient_V", "gradient_U"))
    summed = torch.stack([U[row].sum(dim=0) @ V[c] for c, row in zip(centre, negatives, strict=True)])
    checks.close(
        f"the loss of {len(centre)} pairs with {negatives.shape[1]} negative words each",
        answer[0],
        (first.sum() + rest.sum()) / len(centre),
        tolerance=1e-4,
        mistakes={
            "it is the sum over the pairs: take their mean.": first.sum() + rest.sum(),
            "negative words are averaged: take the sum over them.": first.mean() + rest.mean(),
            "the mean is over pairs and words: only over the pairs.": (first.sum() + rest.sum())
            / (len(centre) * (1 + negatives.shape[1])),
            "the negative words have the sign of contexts: their scores should be low.": swapped_sign(
                V, U, centre, context, negatives
            ),
            "the negative words are left out.": first.mean(),
            "the negative words are added up before σ: each has a σ of its own.": (
                first + F.softplus(summed.double())
            ).mean(),
            "the tables are exchanged: V is for centres, U for contexts.": sum(
                part.sum() for part in parts_of_loss(U, V, centre, context, negatives)
            )
            / len(centre),
            "one table serves both as V and as U.": sum(
                part.sum() for part in parts_of_loss(V, V, centre, context, negatives)
            )
            / len(centre),
            "its sign is wrong: a loss is positive.": -(first.sum() + rest.sum()) / len(centre),
        },
    )
    checks.unchanged("V", kept[0], V)
    checks.unchanged("U", kept[1], U)
(V, U), centre, context, negatives = drawn_batch(generator)
V, U = V.sign() * 30, U.sign() * 30
U[context[0]] = -V[centre[0]]  # as wrong as can be: the score is at most -3,600
first, rest = parts_of_loss(V, U, centre, context, negatives)
with checks.forbidden(*NO_AUTOGRAD):
    answer = checks.call(sgns, V, U, centre, context, negatives)
checks.true(
    torch.isfinite(answer[0]),
    "sgns of large scores: the loss is infinite. σ becomes 0 in float32; use a formula for log σ.",
)
checks.close(
    "the loss of large scores, relative",
    answer[0].double() / ((first.sum() + rest.sum()) / len(centre)),
    torch.ones(()),
    tolerance=1e-4,
)
### END HIDDEN TESTS

# %% test="skipgram" checks="gradient" points=2
# As above. By V[0]: -(1 - 3/4) · 1 + (1 - 3/4) · (-1). By U[1] and U[2]: -1/4 · log 3 and 1/4 · log 3.
V = torch.tensor([[math.log(3.0)], [5.0], [5.0]])
U = torch.tensor([[5.0], [1.0], [-1.0]])
with checks.forbidden(*NO_AUTOGRAD):
    answer = checks.call(sgns, V, U, torch.tensor([0]), torch.tensor([1]), torch.tensor([[2]]))
checks.pair("sgns", answer, ("loss", "gradient_V", "gradient_U"))
checks.close("the gradient by V", answer[1], torch.tensor([[-0.5], [0.0], [0.0]]))
checks.close("the gradient by U", answer[2], torch.tensor([[0.0], [-0.25], [0.25]]) * math.log(3.0))
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for _ in range(3):
    (V, U), centre, context, negatives = drawn_batch(generator)
    batch = len(centre)
    with checks.forbidden(*NO_AUTOGRAD):
        answer = checks.call(sgns, V, U, centre, context, negatives)
    checks.pair("sgns", answer, ("loss", "gradient_V", "gradient_U"))
    positive, negative = torch.zeros_like(U), torch.zeros_like(U)
    by_v, by_context, last = torch.zeros_like(V), torch.zeros_like(V), [torch.zeros_like(V), None]
    last[1] = torch.zeros_like(U)
    for c, o, row in zip(centre.tolist(), context.tolist(), negatives.tolist(), strict=True):
        up = torch.sigmoid(U[o] @ V[c]) - 1
        positive[o] += up * V[c] / batch
        last[1][o] = up * V[c] / batch
        own = up * U[o] / batch
        by_context[c] += own
        for n in row:
            down = torch.sigmoid(U[n] @ V[c])
            negative[n] += down * V[c] / batch
            last[1][n] = down * V[c] / batch
            own = own + down * U[n] / batch
        by_v[c] += own
        last[0][c] = own
    for name, got, expected, mistakes in (
        (
            "V",
            answer[1],
            by_v,
            {
                "only the contexts pull: the negative words push, too.": by_context,
                "a word that occurs several times gets its last gradient alone: add them up.": last[0],
            },
        ),
        (
            "U",
            answer[2],
            positive + negative,
            {
                "the negative words get no gradient.": positive,
                "the negative words are pulled: they must be pushed away.": positive - negative,
                "a word that occurs several times gets its last gradient alone: add them up.": last[1],
            },
        ),
    ):
        checks.close(
            f"the gradient by {name} for {batch} pairs",
            got,
            expected,
            mistakes={
                **mistakes,
                "it is the gradient of the sum: the loss is a mean, divide by the number of pairs.": batch
                * expected,
                "its sign is wrong.": -expected,
            },
        )
(V, U), centre, context, negatives = drawn_batch(generator)
V, U = V.sign() * 30, U.sign() * 30
U[context[0]], U[negatives[0, 0]] = -V[centre[0]], V[centre[0]]  # scores of -3,600 and less, 3,600 and more
with checks.forbidden(*NO_AUTOGRAD):
    answer = checks.call(sgns, V, U, centre, context, negatives)
words = torch.cat([context.unsqueeze(1), negatives], dim=1)
slopes = torch.stack([U[row] @ V[c] for c, row in zip(centre, words, strict=True)]).sigmoid() / len(centre)
slopes[:, 0] -= 1 / len(centre)
expected = torch.zeros_like(V), torch.zeros_like(U)
for c, row, by_score in zip(centre.tolist(), words.tolist(), slopes, strict=True):
    for word, slope in zip(row, by_score, strict=True):
        expected[0][c] += slope * U[word]
        expected[1][word] += slope * V[c]
for name, got, right in zip("VU", answer[1:], expected, strict=True):
    checks.true(
        torch.isfinite(got).all(),
        f"sgns of large scores: the gradient by {name} is not finite. exp of a large score is infinite: use "
        "torch.sigmoid.",
    )
    checks.close(f"the gradient by {name} for large scores", got / 30, right / 30, tolerance=1e-4)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 3: from many states to one vector (4 points)
#
# `last_states(states, lengths)` gets what a bidirectional layer gives for packed reviews: `states` of shape
# `(batch, time, 2 * n)`, in which the first `n` numbers are the state of the forward direction and the others
# that of the backward direction. Review `i` has `lengths[i]` words, 1 or more, and then padding. Return a
# tensor of shape `(batch, 2 * n)`: the state of the forward direction after the last word it reads, and then
# that of the backward direction after the last word *it* reads.
#
# The other two functions get `states` of shape `(batch, time, width)` and `mask`, `(batch, time)` in bool,
# which is True at words. Padding may stand behind the words, before them, and between them. What the states
# hold there means nothing, and may not have any influence. A review may have no word at all: then all that
# is returned for it is 0.
#
# `mean_and_max(states, mask)` returns the tuple `(mean, maximum)`, both of shape `(batch, width)`: over the
# words of each review, for each of the `width` numbers by itself.
#
# `attention(states, mask, W, b, v)` computes, with `W` of shape `(m, width)` and `b` and `v` of shape `(m,)`,
#
# $$
# e_t = v \cdot \tanh(W h_t + b), \qquad
# \alpha_t = \frac{e^{e_t}}{\sum_{k} e^{e_k}}, \qquad
# r = \sum_{t} \alpha_t h_t,
# $$
#
# where the sums go over the words of one review. Return the tuple `(weights, pooled)`: $\alpha$ of shape
# `(batch, time)`, which is 0 at padding, and $r$ of shape `(batch, width)`.
#
# States, scores $e_t$ and what padding would score may be as large as float32 can hold, such as $\pm 10^{10}$
# and $\pm 10^{36}$.


# %% task="pooling"
def last_states(states: Tensor, lengths: Tensor) -> Tensor:
    """The last states of both directions, (batch, 2 * n)."""
    ### BEGIN SOLUTION
    n = states.shape[2] // 2
    forward = states[torch.arange(len(states)), lengths - 1, :n]
    return torch.cat([forward, states[:, 0, n:]], dim=1)
    ### END SOLUTION


def mean_and_max(states: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and maximum over the words, each (batch, width)."""
    ### BEGIN SOLUTION
    words = mask.unsqueeze(2)
    counts = words.sum(dim=1).clamp(min=1)
    mean = (states * words).sum(dim=1) / counts
    maximum = states.masked_fill(~words, -torch.inf).amax(dim=1)
    return mean, maximum.masked_fill(~words.any(dim=1), 0.0)
    ### END SOLUTION


def attention(states: Tensor, mask: Tensor, W: Tensor, b: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    """Weights (batch, time), and the states weighted by them, (batch, width)."""
    ### BEGIN SOLUTION
    scores = torch.tanh(states @ W.T + b) @ v
    weights = scores.masked_fill(~mask, -torch.inf).softmax(dim=1).masked_fill(~mask, 0.0)
    return weights, (weights.unsqueeze(1) @ states).squeeze(1)
    ### END SOLUTION


# %% test="pooling" checks="last" points=1
# Two words and then padding. Forward ends at the second word (3, 4), backward at the first (5, 6).
states = torch.tensor([[[1.0, 2, 5, 6], [3, 4, 7, 8], [9, 9, 9, 9]]])
checks.close(
    "the last states of a review of two words",
    checks.call(last_states, states, torch.tensor([2])),
    torch.tensor([[3.0, 4, 5, 6]]),
    mistakes={
        "they are read at the end of the batch, which is padding.": torch.tensor([[9.0, 9, 9, 9]]),
        "the backward direction ends at the first word.": torch.tensor([[3.0, 4, 7, 8]]),
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for _ in range(3):
    batch, time, n = (torch.randperm(4, generator=generator)[:3] + 4).tolist()
    lengths = torch.randint(2, time, (batch,), generator=generator)
    lengths[int(torch.randint(batch, (), generator=generator))] = time
    states = torch.randn(batch, time, 2 * n, generator=generator)
    before = states.clone()
    rows = torch.arange(batch)
    at_end, at_start = states[rows, lengths - 1], states[:, 0]
    expected = torch.cat([at_end[:, :n], at_start[:, n:]], dim=1)
    answer = checks.call(last_states, states, lengths)
    checks.shape(
        "the last states", answer, (batch, 2 * n), "both directions are asked for, one behind the other."
    )
    checks.close(
        f"the last states of {batch} reviews",
        answer,
        expected,
        mistakes={
            "they are read at the end of the batch, which is padding.": states[:, -1],
            "forward is read at the end of the batch, which is padding.": torch.cat(
                [states[:, -1, :n], at_start[:, n:]], dim=1
            ),
            "the backward direction reads from the last word to the first, and ends there.": at_end,
            "forward and backward are exchanged.": torch.cat([expected[:, n:], expected[:, :n]], dim=1),
            "forward is read one word too early.": torch.cat(
                [states[rows, lengths - 2, :n], at_start[:, n:]], dim=1
            ),
            "the two directions are interleaved: first all of forward, then all of backward.": torch.stack(
                [expected[:, :n], expected[:, n:]], dim=2
            ).flatten(1),
        },
    )
    checks.unchanged("states", before, states)
### END HIDDEN TESTS


# %% test="pooling" checks="mean_max" points=1
### BEGIN HIDDEN TESTS
def drawn_states(generator, batch, time, width):
    """States and a mask: every review has words and padding; one begins with padding, one is interrupted."""
    mask = torch.rand(batch, time, generator=generator) < 0.5
    mask[:, 1] = True
    mask[:, 3] = False
    mask[0] = torch.arange(time) < 2
    mask[1] = torch.arange(time) >= 4
    mask[2] = torch.arange(time) != 3
    order = torch.randperm(batch, generator=generator)
    states = torch.randn(batch, time, width, generator=generator)
    states[:, :, 0] -= 9  # negative at all words
    states = torch.where(
        mask.unsqueeze(2), states, 5 * torch.randn(batch, time, width, generator=generator) + 4
    )
    return states[order], mask[order]


### END HIDDEN TESTS
# The third step is padding. The mean of 1 and 3 is 2, that of -1 and -5 is -3.
states = torch.tensor([[[1.0, -1], [3, -5], [9, 9]]])
answer = checks.call(mean_and_max, states, torch.tensor([[True, True, False]]))
checks.pair("mean_and_max", answer, ("mean", "maximum"))
checks.close(
    "the mean over two words",
    answer[0],
    torch.tensor([[2.0, -3.0]]),
    mistakes={
        "padding is in it, too.": torch.tensor([[13 / 3, 1.0]]),
        "the sum is divided by all steps, not by the words.": torch.tensor([[4 / 3, -2.0]]),
    },
)
checks.close(
    "the maximum over two words",
    answer[1],
    torch.tensor([[3.0, -1.0]]),
    mistakes={
        "padding is in it, too.": torch.tensor([[9.0, 9.0]]),
        "it takes 0 from the padding, where all words are negative.": torch.tensor([[3.0, 0.0]]),
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for square in (False, True):
    width, batch, time = (torch.randperm(3, generator=generator) + 6).tolist()
    time = batch if square else time
    states, mask = drawn_states(generator, batch, time, width)
    before = states.clone(), mask.clone()
    answer = checks.call(mean_and_max, states, mask)
    checks.pair("mean_and_max", answer, ("mean", "maximum"))
    words = [row[real] for row, real in zip(states, mask, strict=True)]
    mean = torch.stack([row.mean(dim=0) for row in words])
    maximum = torch.stack([row.max(dim=0).values for row in words])
    zeros = states * mask.unsqueeze(2)
    counts = mask.sum(dim=1, keepdim=True)
    ahead = [row[: len(real)] for row, real in zip(states, words, strict=True)]
    checks.close(
        f"the means of {batch} reviews",
        answer[0],
        mean,
        mistakes={
            "padding is in them, too.": states.mean(dim=1),
            "the sum is divided by all steps, not by the words.": zeros.mean(dim=1),
            "the padding is in the sum.": states.sum(dim=1) / counts,
            "the words are taken for the first ones: padding may stand before and between them.": torch.stack(
                [row.mean(dim=0) for row in ahead]
            ),
        },
    )
    checks.close(
        f"the maxima of {batch} reviews",
        answer[1],
        maximum,
        mistakes={
            "padding is in them, too.": states.amax(dim=1),
            "they take 0 from the padding, where all words are negative.": zeros.amax(dim=1),
            "the words are taken for the first ones: padding may stand before and between them.": torch.stack(
                [row.amax(dim=0) for row in ahead]
            ),
        },
    )
    checks.unchanged("states", before[0], states)
    checks.unchanged("mask", before[1], mask)
### END HIDDEN TESTS

# %% test="pooling" checks="attention" points=1
# v is chosen so that a state of 1 has the score log 3 and a state of 0 the score 0. The third is padding.
states = torch.tensor([[[1.0], [0.0], [1.0]]])
v = torch.tensor([math.log(3.0) / math.tanh(1.0)])
answer = checks.call(
    attention, states, torch.tensor([[True, True, False]]), torch.ones(1, 1), torch.zeros(1), v
)
checks.pair("attention", answer, ("weights", "pooled"))
checks.close(
    "the weights of two words and a padding",
    answer[0],
    torch.tensor([[0.75, 0.25, 0.0]]),
    mistakes={
        "there is no mask: the padding has a weight.": torch.tensor([[3.0, 1.0, 3.0]]) / 7,
        "the mask comes after the softmax: the weights of the words no longer sum to 1.": torch.tensor(
            [[3.0, 1.0, 0.0]]
        )
        / 7,
    },
)
checks.close("what the weights pool", answer[1], torch.tensor([[0.75]]))
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for square in (False, True):
    width, m, batch, time = (torch.randperm(4, generator=generator) + 5).tolist()
    time, batch = max(6, time), max(4, batch)
    time = batch = max(time, batch) if square else time
    m = width if square else m
    states, mask = drawn_states(generator, batch, time, width)
    W, b, v = [torch.randn(shape, generator=generator) for shape in ((m, width), (m,), (m,))]
    W = W / 2
    before = states.clone(), mask.clone()
    scores = ((states.unsqueeze(2) * W).sum(dim=3) + b).tanh().mul(v).sum(dim=2)

    def masked_softmax(scores, mask=mask, dim=1):
        e = (scores - scores.max()).exp() * mask
        return e / e.sum(dim=dim, keepdim=True)

    expected = masked_softmax(scores)
    answer = checks.call(attention, states, mask, W, b, v)
    checks.pair("attention", answer, ("weights", "pooled"))
    checks.close(
        f"the weights of {batch} reviews",
        answer[0],
        expected,
        tolerance=1e-4,
        mistakes={
            "there is no mask: the padding has a weight.": scores.softmax(dim=1),
            "the mask comes after the softmax: the weights of the words no longer sum to 1.": scores.softmax(
                dim=1
            )
            * mask,
            "a score of 0 is no mask: set the scores of padding to minus infinity.": (scores * mask).softmax(
                dim=1
            ),
            "a score of 0 is no mask, and the words' weights no longer sum to 1.": (scores * mask).softmax(
                dim=1
            )
            * mask,
            "they are normalised over the reviews of the batch, not over the words of each.": masked_softmax(
                scores, dim=0
            ),
            "tanh is missing.": masked_softmax((states @ W.T + b) @ v),
            "b is missing.": masked_softmax((states @ W.T).tanh() @ v),
            "they are scores divided by their sum: the exponentials are missing.": scores
            * mask
            / (scores * mask).sum(dim=1, keepdim=True),
        },
    )
    pooled = torch.stack([alpha @ row for alpha, row in zip(expected, states, strict=True)])
    checks.close(
        "what the weights pool",
        answer[1],
        pooled,
        tolerance=1e-3,
        mistakes={
            "it is the mean of the weighted states: the weights sum to 1 already.": pooled / time,
            "it is the mean, whatever the weights.": (states * mask.unsqueeze(2)).sum(dim=1)
            / mask.sum(dim=1, keepdim=True),
        },
    )
    checks.unchanged("states", before[0], states)
    checks.unchanged("mask", before[1], mask)
### END HIDDEN TESTS

# %% test="pooling" checks="extremes" points=1
# A review without a word, beside one that has a single one.
states = torch.tensor([[[1.0, -1], [3, -5]], [[2, -3], [7, 7]]])
mask = torch.tensor([[False, False], [True, False]])
answer = checks.call(mean_and_max, states, mask)
checks.close("the mean of no word, and of one", answer[0], torch.tensor([[0.0, 0.0], [2.0, -3.0]]))
checks.close("the maximum of no word, and of one", answer[1], torch.tensor([[0.0, 0.0], [2.0, -3.0]]))
answer = checks.call(attention, states, mask, torch.eye(2), torch.zeros(2), torch.ones(2))
checks.close("the weights of no word, and of one", answer[0], torch.tensor([[0.0, 0.0], [1.0, 0.0]]))
checks.close("what they pool", answer[1], torch.tensor([[0.0, 0.0], [2.0, -3.0]]))
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for sign, size in ((1, 1e10), (-1, 1e10), (1, 1e36), (-1, 1e36)):
    # The scores are ±size and ±2 size: the larger one at one word of each review and at some padding.
    states, mask = drawn_states(generator, 7, 6, 3)
    mask[int(torch.randint(7, (), generator=generator))] = False
    highest = (torch.rand(7, 6, generator=generator) * mask).argmax(dim=1)
    chosen = F.one_hot(highest, 6) * mask
    alike = ~mask & (torch.rand(7, 6, generator=generator) < 0.5)
    alike |= ~mask & (~mask).cumsum(dim=1).eq(1)
    states[:, :, 0] = 3.0 * (chosen | alike) - 3  # 0, as in padding that was emptied, or -3
    W, b, v = (
        torch.tensor([[0.0, 0, 0], [10, 0, 0]]),
        torch.tensor([30.0, 15]),
        torch.tensor([sign * 1.5 * size, 0.5 * size]),
    )
    answer = checks.call(attention, states, mask, W, b, v)
    checks.true(
        not (answer[0] * ~mask).abs().max() > 1e-6,
        "a large score beats the finite number that stands for the mask: take minus infinity.",
    )
    checks.close(f"the weights of words with scores of {sign * size:g} and more", answer[0], chosen.float())
    checks.close("what they pool", answer[1], (chosen.unsqueeze(2) * states).sum(dim=1), tolerance=1e-4)
states, mask = drawn_states(generator, 6, 6, 3)
mask[int(torch.randint(6, (), generator=generator))] = False
states = 1e34 * (states - 40)
expected = [
    row[real].amax(dim=0) if real.any() else torch.zeros(3) for row, real in zip(states, mask, strict=True)
]
answer = checks.call(mean_and_max, states, mask)
checks.close(
    "the maxima of states far below 0, divided by 1e34",
    answer[1] / 1e34,
    torch.stack(expected) / 1e34,
    tolerance=1e-3,
    mistakes={
        "a finite number stands for the padding, and all words are below it.": torch.zeros(6, 3),
        "a review without a word must give 0.": torch.stack(
            [
                row[real].amax(dim=0) if real.any() else row.amax(dim=0)
                for row, real in zip(states, mask, strict=True)
            ]
        )
        / 1e34,
    },
)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 4: does it know how sure it is? (3 points)
#
# A classifier of two classes gives a logit $z$, and says that a review is positive with probability
# $\sigma(z)$. It is calibrated if, of the reviews to which it gives 0.8, eight in ten are positive.
#
# `calibration_error(probabilities, labels, bins)` gets probabilities and labels (0 or 1, in int64), both of
# shape `(reviews,)`. Cut the line from 0 to 1 into `bins` bins of equal width; a probability on the edge
# of two belongs to the upper one, and 1 to the last. Return a Python float,
#
# $$
# \sum_{b} \frac{n_b}{N} \, \Bigl| \, \overline{y}_b - \overline{p}_b \, \Bigr| ,
# $$
#
# where $n_b$ of the $N$ reviews are in bin $b$, and $\overline{y}_b$ and $\overline{p}_b$ are the mean label
# and the mean probability of these. Bins without a review count nothing.
#
# `temperature(logits, labels)` returns the number $T > 0$, a Python float, for which the probabilities
# $\sigma(z / T)$ have the lowest mean loss $-y \log \sigma(z/T) - (1 - y) \log(1 - \sigma(z/T))$. It must be
# right to 1 %. In all tests it lies between 0.2 and 10.
#
# `calibrate(valid, test, bins)` gets two pairs `(logits, labels)`. Return the tuple
# `(T, before, after)` of three Python floats: a temperature that no test label has seen, and the calibration
# errors on the test reviews without it and with it.


# %% task="calibration"
def calibration_error(probabilities: Tensor, labels: Tensor, bins: int) -> float:
    """The mean distance of probabilities from what is true, by bins."""
    ### BEGIN SOLUTION
    where = (probabilities * bins).long().clamp(max=bins - 1)
    distances = labels.double() - probabilities.double()
    return torch.zeros(bins).double().index_add(0, where, distances).abs().sum().item() / len(labels)
    ### END SOLUTION


def temperature(logits: Tensor, labels: Tensor) -> float:
    """The temperature with the lowest loss."""
    ### BEGIN SOLUTION
    z, y = logits.double(), labels.double()
    low, high = 0.1, 20.0
    while high / low > 1.0001:
        middle = math.sqrt(low * high)
        # The loss falls with T as long as this is positive: its slope by 1/T.
        if ((torch.sigmoid(z / middle) - y) * z).sum() > 0:
            low = middle
        else:
            high = middle
    return low
    ### END SOLUTION


def calibrate(
    valid: tuple[Tensor, Tensor], test: tuple[Tensor, Tensor], bins: int
) -> tuple[float, float, float]:
    """The temperature, and the test's calibration errors before and after."""
    ### BEGIN SOLUTION
    T = temperature(*valid)
    logits, labels = test
    before = calibration_error(torch.sigmoid(logits), labels, bins)
    return T, before, calibration_error(torch.sigmoid(logits / T), labels, bins)
    ### END SOLUTION


# %% test="calibration" checks="error" points=1
### BEGIN HIDDEN TESTS
def reference_error(p, y, bins, lower=False):
    """The error, and what known mistakes would give; ``lower``: what is on an edge is in the lower bin."""
    groups = [[] for _ in range(bins)]
    for one, label in zip(p.double().tolist(), y.tolist(), strict=True):
        place = max(math.ceil(one * bins) - 1, 0) if lower else min(int(one * bins), bins - 1)
        groups[place].append((one, label))
    gaps = [
        (len(group), abs(sum(label for _, label in group) - sum(one for one, _ in group)) / len(group))
        for group in groups
        if group
    ]
    total = sum(count for count, _ in gaps)
    return torch.tensor(sum(count * gap for count, gap in gaps) / total), torch.tensor(
        sum(gap for _, gap in gaps) / len(gaps)
    )


### END HIDDEN TESTS
# Four bins, of which the first is empty. From 1/4 to 1/2: labels 0 and 1, probabilities 0.3 and 0.4, so
# |0.5 - 0.35| = 0.15 for two of five. To 3/4: labels 1 and 1, probabilities 0.6 and 0.7, so |1 - 0.65| = 0.35
# for two. The last holds the review of which it is sure, and wrong: |0 - 1| = 1 for one.
probabilities, labels = torch.tensor([0.3, 0.7, 0.4, 0.6, 1.0]), torch.tensor([0, 1, 1, 1, 0])
answer = checks.call(calibration_error, probabilities, labels, 4)
checks.close(
    "the calibration error of five reviews",
    torch.tensor(float(answer)),
    torch.tensor(0.4),
    mistakes={
        "all bins count the same: weigh each by its reviews.": torch.tensor(0.5),
        "a review of probability 1 is in no bin: it belongs to the last.": torch.tensor(0.2),
    },
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()


for bins in (torch.randperm(6, generator=generator)[:3] + 5).tolist():
    # Bins are filled differently, and one is empty.
    empty = int(torch.randint(bins - 1, (), generator=generator))
    which = torch.cat([torch.full((4 * k + 1,), k) for k in range(bins) if k != empty])
    inside = 0.1 + 0.8 * torch.rand(len(which), generator=generator)
    probabilities = (which + inside) / bins
    rates = torch.rand(bins, generator=generator).round()
    labels = (torch.rand(len(which), generator=generator) < 0.2 + 0.6 * rates[which]).long()
    probabilities[-1], labels[-1] = 1.0, 0
    shuffled = torch.randperm(len(which), generator=generator)
    probabilities, labels = probabilities[shuffled], labels[shuffled]
    expected, unweighted = reference_error(probabilities, labels, bins)
    sure = torch.maximum(probabilities, 1 - probabilities)
    right = (probabilities > 0.5).long() == labels
    answer = checks.call(calibration_error, probabilities, labels, bins)
    checks.close(
        f"the calibration error with {bins} bins",
        torch.tensor(float(answer)),
        expected,
        tolerance=1e-4,
        mistakes={
            "all bins count the same: weigh each by its reviews.": unweighted,
            "there are no bins: errors of all reviews are averaged one by one.": (labels - probabilities)
            .abs()
            .mean(),
            "there are no bins: the mean label is compared with the mean probability.": (
                labels.double().mean() - probabilities.mean()
            ).abs(),
            "it compares how often the answer is right with how sure it is: take the mean label and the mean "
            "probability of positive.": reference_error(sure, right.long(), bins)[0],
        },
    )
checks.true(
    isinstance(answer, float), f"calibration_error must return a Python float, got {type(answer).__name__}."
)
for bins in (4, 8):  # whose edges floats hold
    probabilities = torch.arange(bins + 1) / bins
    labels = torch.randint(2, (bins + 1,), generator=generator)
    labels[:2], labels[-2:] = torch.tensor([1, 0]), 1  # with which the two ways differ
    answer = checks.call(calibration_error, probabilities, labels, bins)
    checks.close(
        f"the calibration error of probabilities on the edges of {bins} bins",
        torch.tensor(float(answer)),
        reference_error(probabilities, labels, bins)[0],
        mistakes={
            "one on the edge of two belongs to the upper bin.": reference_error(
                probabilities, labels, bins, lower=True
            )[0],
        },
    )
### END HIDDEN TESTS


# %% test="calibration" checks="temperature" points=1
### BEGIN HIDDEN TESTS
def best_temperature(z, y, loss=None):
    """By golden section over log T."""
    z, y = z.double(), y.double()

    def cost(log_t):
        p = z / math.exp(log_t)
        return float(loss(p.sigmoid(), y) if loss else F.binary_cross_entropy_with_logits(p, y))

    low, high, ratio = math.log(0.02), math.log(100.0), (math.sqrt(5) - 1) / 2
    for _ in range(60):
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, b) if cost(a) < cost(b) else (a, high)
    return math.exp((low + high) / 2)


def squared_error(p, y):
    return (p - y).square().mean()


def drawn_logits(generator, wanted, count=400):
    """Logits, labels and the best temperature, about ``wanted``; that of the squared error is another."""
    while True:
        truth = 2 * torch.randn(count, generator=generator)
        labels = (torch.rand(count, generator=generator) < (truth + 0.8).sigmoid()).long()
        logits = wanted * truth
        found = best_temperature(logits, labels)
        other = best_temperature(logits, labels, squared_error)
        if 0.25 < found < 9 and abs(math.log(found)) > 0.2 and abs(math.log(other / found)) > 0.025:
            return logits, labels, found


### END HIDDEN TESTS
# A classifier that says 3 or -3 and is right in three of four cases: σ(3 / T) = 3/4, so 3 / T = log 3.
logits, labels = torch.tensor([3.0, 3, 3, 3, -3, -3, -3, -3]), torch.tensor([1, 1, 1, 0, 0, 0, 0, 1])
T = float(checks.call(temperature, logits, labels))
checks.true(
    abs(T * math.log(3.0) / 3 - 1) < 0.01,
    f"temperature: 3 / log 3 = 2.731 is best for the example, got {T:.4g}."
    + (" That is 1 / T." if abs(T * 3 / math.log(3.0) - 1) < 0.01 else ""),
)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for wanted in (torch.tensor([0.4, 2.0, 6.0])[torch.randperm(3, generator=generator)]).tolist():
    logits, labels, expected = drawn_logits(generator, wanted)
    brier = best_temperature(logits, labels, squared_error)
    kept = logits.clone()
    T = float(checks.call(temperature, logits, labels))
    for wrong, sentence in ((1 / expected, "it is 1 / T."), (brier, "it is best for the squared error.")):
        checks.true(abs(T / wrong - 1) > 1e-2, f"temperature: {sentence}")
    checks.true(
        abs(T / expected - 1) < 0.0105,
        f"temperature: {expected:.4g} has the lowest loss on 400 reviews, got {T:.4g}.",
    )
    checks.unchanged("logits", kept, logits)
### END HIDDEN TESTS

# %% test="calibration" checks="calibrate" points=1
# The validation reviews ask for T = 3 / log 3; what the test labels ask for does not matter.
valid = torch.tensor([3.0, 3, 3, 3, -3, -3, -3, -3]), torch.tensor([1, 1, 1, 0, 0, 0, 0, 1])
test = torch.tensor([3.0, 3, -3, -3]), torch.tensor([1, 1, 0, 0])
answer = checks.call(calibrate, valid, test, 10)
checks.pair("calibrate", answer, ("T", "before", "after"))
T, before, after = [float(value) for value in answer]
checks.true(
    abs(T * math.log(3.0) / 3 - 1) < 0.01,
    f"calibrate: the temperature of the validation reviews is 2.731, got {T:.4g}.",
)
# All test answers are right: the error is 1 - σ(3) = 0.0474 before, and 1 - 3/4 after.
checks.close("the error before", torch.tensor(before), torch.tensor(0.0474259))
checks.close("the error after", torch.tensor(after), torch.tensor(0.25), tolerance=5e-3)
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for first, second in ((3.0, 1.4), (0.6, 2.0)):
    while True:
        *valid, expected = drawn_logits(generator, first)
        *test, of_test = drawn_logits(generator, second, 1000)
        p, sharp, y = test[0].sigmoid(), (test[0] / expected).sigmoid(), test[1]
        before, unweighted = reference_error(p, y, 10)
        sure = reference_error(torch.maximum(p, 1 - p), ((p > 0.5).long() == y).long(), 10)[0]
        after = reference_error(sharp, y, 10)[0]
        gaps = before - torch.stack([after, unweighted, sure])
        if gaps.abs().min() > 0.015 and abs(expected - of_test) > 0.1:
            break
    answer = checks.call(calibrate, tuple(valid), tuple(test), 10)
    checks.pair("calibrate", answer, ("T", "before", "after"))
    T = float(answer[0])
    checks.true(
        abs(T / of_test - 1) > 0.0105,
        "calibrate: this temperature was fitted on the test labels. Fit it on the validation reviews.",
    )
    checks.true(
        abs(T / expected - 1) < 0.0105,
        f"calibrate: {expected:.4g} is the temperature of the validation reviews, got {T:.4g}.",
    )
    after = reference_error((test[0] / T).sigmoid(), y, 10)[0]
    on_valid = [reference_error((valid[0] / t).sigmoid(), valid[1], 10)[0] for t in (1.0, T)]
    for name, got, value, wrong, other in (
        ("before", answer[1], before, on_valid[0], after),
        ("after", answer[2], after, on_valid[1], before),
    ):
        checks.close(
            f"the error {name} the temperature",
            torch.tensor(float(got)),
            value,
            tolerance=4e-3,
            mistakes={
                "it is that of the validation reviews: on them the temperature was fitted.": wrong,
                "the errors before and after are exchanged, or the temperature changes nothing.": other,
                "the logits are multiplied by T: divide them.": reference_error(
                    (test[0] * T).sigmoid(), test[1], 10
                )[0],
            },
        )
### END HIDDEN TESTS

# %% [markdown]
# ## Task 5: a classifier, with vectors frozen and fine-tuned (3 points)
#
# `fit_sentiment(train, vocabulary, matrix, frozen, seed)` trains a classifier of reviews. `train` is a list
# of 1,000 pairs `(words, label)`: a list of words in lower case, and 1 for positive or 0 for negative. Row
# `k` of `matrix`, of shape `(entries, size)`, is the vector of `vocabulary[k]`; these vectors come from 3,200
# reviews without labels. Entry 0 is `"<pad>"`, whose row is zeros, and entry 1 `"<unk>"`.
#
# Return the tuple `(predict, embedding)`. `embedding` is the trained network's `nn.Embedding`, whose weight
# has the shape of `matrix`. `predict` takes a list of reviews, each a list of words, and returns the
# probabilities that they are positive, a tensor of shape `(reviews,)`.
#
# - If `frozen` is True, the embedding's weight equals `matrix` when you return. At least **80 %** of the test
#   reviews must be right, called positive above 0.5.
# - If `frozen` is False, the weight starts from `matrix` and is trained with the rest of the network, except
#   the row of `"<pad>"`, which stays zeros. At least **85 %** must be right.
# - `matrix` itself stays as it is. (`nn.Embedding.from_pretrained` uses the tensor that it is given: a copy
#   of `matrix` is safe.)
# - A word that is not in the vocabulary is read as `"<unk>"`, and so is a review without a word. A review
#   gets the same probability in any company.
#
# Which words a review has does not tell enough: most come as twins of the same words in another order, with
# opposite labels, and no bag of words can be right on more than seven in ten. A bidirectional GRU with 32
# units needs less than ten seconds; your function has 25 seconds.


# %% given="data"
def words_of(text: str) -> list[str]:
    """The words and marks of a review, in lower case."""
    return re.findall(r"\w+|[^\w\s]", text.lower())


def reviews_of(seed: int) -> tuple[dict[str, list[tuple[list[str], int]]], list[str], Tensor]:
    """Reviews by part, a vocabulary and its matrix of vectors; another seed draws others."""
    data = reviews.make(seed, count=4000)
    parts = {
        part: [(words_of(item.text), int(item.label == "positive")) for item in items]
        for part, items in data.items()
    }
    words, table = train_vectors([words for words, _ in parts["train"]], dim=30)
    table = table / table.square().mean().sqrt()
    parts["train"] = parts["train"][:1000]
    matrix = torch.cat([torch.zeros(1, 30), table.mean(dim=0, keepdim=True), table])
    return parts, ["<pad>", "<unk>", *words], matrix


# %% task="classifier"
def fit_sentiment(
    train: list[tuple[list[str], int]], vocabulary: list[str], matrix: Tensor, frozen: bool, seed: int
):
    """Train on ``train``; the function from reviews to probabilities, and the embedding."""
    ### BEGIN SOLUTION
    torch.manual_seed(seed)
    index = {word: k for k, word in enumerate(vocabulary)}
    embedding = nn.Embedding.from_pretrained(matrix.clone(), freeze=frozen)
    gru, head = nn.GRU(matrix.shape[1], 32, batch_first=True, bidirectional=True), nn.Linear(64, 1)

    def logits(texts):
        rows = [torch.tensor([index.get(word, 1) for word in words] or [1]) for words in texts]
        lengths = torch.tensor([len(row) for row in rows])
        embedded = embedding(nn.utils.rnn.pad_sequence(rows, batch_first=True))
        packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        states, _ = nn.utils.rnn.pad_packed_sequence(gru(packed)[0], batch_first=True, padding_value=-2.0)
        return head(states.amax(dim=1)).squeeze(1)

    trained = [p for part in (embedding, gru, head) for p in part.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(trained, 0.01)
    for _ in range(6):
        for chosen in torch.randperm(len(train)).split(50):
            answers = logits([train[k][0] for k in chosen])
            truth = torch.tensor([float(train[k][1]) for k in chosen])
            optimizer.zero_grad()
            F.binary_cross_entropy_with_logits(answers, truth).backward()
            optimizer.step()

    @torch.no_grad()
    def predict(texts):
        return torch.sigmoid(logits(texts))

    return predict, embedding
    ### END SOLUTION


# %% test="classifier" checks="frozen" points=1
generator = checks.fresh_generator()
seed = int(torch.randint(10_000, (), generator=generator))
data, vocabulary, matrix = reviews_of(seed)
texts, truth = [words for words, _ in data["test"]], torch.tensor([label for _, label in data["test"]])
before = matrix.clone()
answer = checks.call(fit_sentiment, data["train"], vocabulary, matrix, True, seed)
checks.pair("fit_sentiment", answer, ("predict", "embedding"))
predict, embedding = answer
checks.shape("the embedding's weight", embedding.weight.detach(), tuple(matrix.shape))
checks.true(
    torch.equal(embedding.weight.detach(), before),
    "fit_sentiment with frozen=True: the embedding's weight no longer equals matrix. Was it trained?",
)
probabilities = checks.call(predict, texts).detach()
checks.shape(f"the probabilities of {len(texts)} reviews", probabilities, (len(texts),))
checks.true(
    ((probabilities >= 0) & (probabilities <= 1)).all(),
    "probabilities must lie between 0 and 1: are these logits?",
)
right = float(((probabilities > 0.5) == (truth == 1)).double().mean())
print(f"{right:.1%} of {len(texts)} test reviews are right, with vectors that stay as they are.")
checks.true(right >= 0.8, f"fit_sentiment with frozen=True: {right:.1%} are right, and 80 % are asked for.")
### BEGIN HIDDEN TESTS
checks.unchanged("matrix", before, matrix)
### END HIDDEN TESTS

# %% test="classifier" checks="tuned" points=2
generator = checks.fresh_generator()
seed = int(torch.randint(10_000, (), generator=generator))
data, vocabulary, matrix = reviews_of(seed)
texts, truth = [words for words, _ in data["test"]], torch.tensor([label for _, label in data["test"]])
before = matrix.clone()
answer = checks.call(fit_sentiment, data["train"], vocabulary, matrix, False, seed)
checks.pair("fit_sentiment", answer, ("predict", "embedding"))
predict, embedding = answer
weight = embedding.weight.detach().clone()
checks.shape("the embedding's weight", weight, tuple(matrix.shape))
seen = [k for k, word in enumerate(vocabulary) if any(word in words for words, _ in data["train"])]
moved = (weight - before).abs().amax(dim=1)
checks.true(
    (moved[seen] > 1e-4).double().mean() > 0.9,
    "fit_sentiment with frozen=False: the rows of the training words are still those of matrix. Is the "
    "embedding frozen, or not given to the optimizer?",
)
checks.true((weight[0] == 0).all(), "fit_sentiment with frozen=False: the row of <pad> is no longer zeros.")
alike = float(F.cosine_similarity(weight[2:], before[2:]).mean())
checks.true(
    alike > 0.4,
    "fit_sentiment with frozen=False: the rows have nothing in common with matrix. Did they start from it?",
)
checks.unchanged("matrix", before, matrix)
probabilities = checks.call(predict, texts).detach()
checks.shape(f"the probabilities of {len(texts)} reviews", probabilities, (len(texts),))
checks.true(
    ((probabilities >= 0) & (probabilities <= 1)).all(),
    "probabilities must lie between 0 and 1: are these logits?",
)
right = float(((probabilities > 0.5) == (truth == 1)).double().mean())
print(f"{right:.1%} of {len(texts)} test reviews are right, with vectors that were fine-tuned.")
checks.true(right >= 0.85, f"fit_sentiment with frozen=False: {right:.1%} are right, and 85 % are asked for.")
### BEGIN HIDDEN TESTS
order = torch.randperm(len(texts), generator=generator)[:12].tolist()
some = [texts[k] for k in order]
alone = torch.cat([checks.call(predict, [words]).detach().reshape(-1) for words in some])
long = checks.call(predict, [*some, ["good", "bad"] * 40]).detach()
for got, company in ((alone, "alone"), (long[:-1], "beside a long one")):
    checks.true(
        got.shape == (12,) and torch.allclose(got, probabilities[order], atol=1e-3),
        f"a review gets another probability {company}: is the padding read, or dropout on?",
    )
strange, unknown = ([[word, *words[1:]] for words in some] for word in ("wug", "<unk>"))
checks.close(
    "words that are not in the vocabulary, read as <unk>",
    checks.call(predict, strange).detach(),
    checks.call(predict, unknown).detach(),
    tolerance=1e-3,
)
answer = checks.call(predict, [["<unk>"], []]).detach()
checks.close("a review without a word, read as <unk>", answer[1], answer[0], tolerance=1e-3)
### END HIDDEN TESTS

# %% [markdown]
# ## Task 6: where it errs, and why (2 points)
#
# `error_table(kinds, labels, answers)` gets three lists of the same length: of each review its kind (a
# string), its label and the classifier's answer. Return the table of errors: a list of tuples `(kind, wrong,
# total)`, one for each kind that occurs, with two Python ints: how many reviews of this kind are wrong, and
# how many there are. The kind with the largest *share* of errors comes first; among equals the alphabet
# decides, as `sorted` does it.
#
# The next cell holds a bag of words: a weight for each word it knows, and a review is positive if the sum of
# its words' weights is above 0. The ten reviews of `ERRORS` are on its list of errors: its answer is not the
# label. `diagnosis()` returns a dict from the number of each review to a tuple `(cause, word)`, with a letter
# of this table and the word of the review that shows it, in lower case:
#
# | cause | | its word |
# |---|---|---|
# | A | a word turns an opinion around, and the bag only adds it up | the word that turns it around |
# | B | two opinions, and the one that does not count weighs more | the word that sets them apart |
# | C | the word that tells the opinion is unknown to the bag | that word |
# | D | a word that tells no opinion has a weight, and decides | that word |
# | E | the label is wrong, and the bag is right | `""` |
#
# Each review has one cause, and each cause occurs.

# %% given="bag"
WEIGHTS = {
    "good": 1.5, "great": 2.0, "lovely": 1.8, "charming": 1.6, "wonderful": 2.2, "perfect": 2.1,
    "brilliant": 1.9, "bad": -1.5, "poor": -1.6, "dull": -1.7, "boring": -1.8, "terrible": -2.2,
    "dreadful": -2.0, "not": -0.4, "never": -0.3, "nothing": -0.2, "friday": 1.9, "sequel": -1.9,
    "film": 0.3, "although": -0.1, "despite": -0.2, "but": -0.1,
}  # fmt: skip
ERRORS = {
    1: ("The acting was never dull.", "positive"),
    2: ("Although the soup was wonderful, the evening was a bad one.", "negative"),
    3: ("The steak was scrumptious.", "positive"),
    4: ("The lamb that they serve on Friday was poor.", "negative"),
    5: ("I would not call this film boring.", "positive"),
    6: ("The service was terrible, a bad evening.", "positive"),
    7: ("Nothing about the view was wonderful.", "negative"),
    8: ("This sequel has a good plot.", "positive"),
    9: ("A mesmerising thriller, from the first scene to the last.", "positive"),
    10: ("The ending was dreadful, but as a whole it is a good film.", "positive"),
}


def bag_of_words(text: str) -> str:
    """What the bag of words says of a review."""
    total = sum(WEIGHTS.get(word, 0.0) for word in re.findall(r"\w+", text.lower()))
    return "positive" if total > 0 else "negative"


# %% task="errors"
def error_table(kinds: list[str], labels: list[str], answers: list[str]) -> list[tuple[str, int, int]]:
    """Of each kind of reviews (kind, wrong, total), the largest share of errors first."""
    ### BEGIN SOLUTION
    rows = []
    for kind in sorted(set(kinds)):
        ours = [k for k in range(len(kinds)) if kinds[k] == kind]
        rows.append((kind, sum(labels[k] != answers[k] for k in ours), len(ours)))
    return sorted(rows, key=lambda row: -row[1] / row[2])
    ### END SOLUTION


def diagnosis() -> dict[int, tuple[str, str]]:
    """The cause of each error, and the word that shows it."""
    ### BEGIN SOLUTION
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
    ### END SOLUTION


# %% test="errors" checks="table" points=1
kinds = ["plain", "negation", "plain", "contrast", "plain", "negation"]
answer = checks.call(
    error_table,
    kinds,
    ["positive", "negative", "negative", "positive", "positive", "positive"],
    ["positive", "positive", "positive", "positive", "negative", "positive"],
)
answer = [tuple(row) for row in answer]
expected = [("plain", 2, 3), ("negation", 1, 2), ("contrast", 0, 1)]
checks.true(answer == expected, f"error_table of six reviews: expected {expected}, got {answer}.")
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
for _ in range(3):
    names = ["time", "plain", "doubt", "opinion", "contrast", "negation", "Unknown", "irony"]
    names = [names[k] for k in torch.randperm(8, generator=generator).tolist()]
    # Three kinds with the same share of errors, one with more errors and a smaller share, one without.
    sizes = [(names[0], 2, 4), (names[1], 1, 2), (names[7], 3, 6), (names[2], 5, 30), (names[3], 0, 6)]
    # 1 of 3 is more than 33 of 100, and the later in the alphabet has it
    sizes += [(max(names[4:6]), 1, 3), (min(names[4:6]), 33, 100)]
    sizes += [(names[6], int(torch.randint(1, 9, (), generator=generator)), 9)]
    drawn = []
    for kind, wrong, total in sizes:
        for k in range(total):
            label = ("positive", "negative")[int(torch.randint(2, (), generator=generator))]
            other = "negative" if label == "positive" else "positive"
            drawn.append((kind, label, other if k < wrong else label))
    drawn = [drawn[k] for k in torch.randperm(len(drawn), generator=generator).tolist()]
    _, second, third = sorted((names[0], names[1], names[7]))  # of equals, the second is met first
    drawn.sort(key=lambda row: [second, third].index(row[0]) if row[0] in (second, third) else 2)
    expected = sorted(sizes, key=lambda row: (-row[1] / row[2], row[0]))
    answer = [
        tuple(row) for row in checks.call(error_table, *(list(part) for part in zip(*drawn, strict=True)))
    ]
    checks.true(
        len(answer) == len(expected),
        f"error_table: {len(expected)} kinds occur, but the table has {len(answer)} rows.",
    )
    checks.true(
        sorted(answer) == sorted(expected),
        f"error_table: expected the rows {sorted(expected)}, got {sorted(answer)}.",
    )
    checks.true(
        answer != sorted(expected, key=lambda row: (-row[1], row[0])),
        "error_table: the kind with the most errors comes first, but the share of errors decides.",
    )
    checks.true(
        answer != sorted(expected, key=lambda row: (-(100 * row[1] // row[2]), row[0])),
        "error_table: 1 of 3 is a larger share than 33 of 100. Compare the shares as they are, not rounded.",
    )
    backwards = sorted(sorted(expected, reverse=True), key=lambda row: -row[1] / row[2])
    checks.true(
        answer != backwards,
        "error_table: of kinds with the same share, the last of the alphabet comes first: turn the order of "
        "the shares round, and not that of the names.",
    )
    checks.true(answer == expected, f"error_table: expected {expected} in this order, got {answer}.")
### END HIDDEN TESTS

# %% test="errors" checks="diagnosis" points=1
answer = checks.call(diagnosis)
checks.true(isinstance(answer, dict) and set(answer) == set(ERRORS), "diagnosis: expected the keys 1 to 10.")
for number, claim in answer.items():
    checks.pair(f"diagnosis of review {number}", claim, ("cause", "word"))
    checks.true(
        claim[0] in ("A", "B", "C", "D", "E"),
        f"diagnosis of review {number}: a cause is a letter from A to E, got {claim[0]!r}.",
    )
    words = re.findall(r"\w+", ERRORS[number][0].lower())
    checks.true(
        claim[1] == "" if claim[0] == "E" else claim[1] in words,
        f"diagnosis of review {number}: {claim[1]!r} is no word of it, in lower case.",
    )
### BEGIN HIDDEN TESTS
key = dict(zip(ERRORS, "ABCDAEADCB", strict=True))
shown = ["never", "although", "scrumptious", "friday", "not", "", "nothing", "sequel", "mesmerising", "but"]
shown = dict(zip(ERRORS, shown, strict=True))
for number, (cause, word) in answer.items():
    text, label = ERRORS[number]
    without = " ".join(other for other in re.findall(r"\w+", text.lower()) if other != word)
    if cause == "C":
        checks.true(
            word not in WEIGHTS,
            f"review {number}: the bag knows {word!r}, with the weight {WEIGHTS.get(word, 0)}.",
        )
    if cause == "D":
        checks.true(
            bag_of_words(without) == label,
            f"review {number}: {word!r} does not decide: without it the bag's answer is wrong, too.",
        )
    if cause == "A":
        checks.true(
            bag_of_words(without) == bag_of_words(text),
            f"review {number}: {word!r} does not turn an opinion around. Without it the bag answers "
            "otherwise, so its weight decides.",
        )
    if cause == "E":
        checks.true(
            key[number] == "E", f"review {number}: the label is right. Read it as its writer meant it."
        )
for number, (cause, word) in answer.items():
    checks.true(cause == key[number], f"review {number} is wrong for another reason than {cause}.")
    checks.true(word == shown[number], f"review {number}: the cause is right, but {word!r} does not show it.")
### END HIDDEN TESTS
