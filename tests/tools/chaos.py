"""A small model for the searches of ``decoding`` that leaves nothing to guess."""

import itertools
import math

import torch

WORDS, END, LIMIT, BATCH = 4, 0, 5, 3


class Chaos:
    """A model whose every distribution is drawn anew for every beginning: nothing can be guessed.

    Its state is a number that depends on all tokens read and picks a row of a table; like LSTM's state it is
    a tuple of tensors with the rows of the batch in dimension 1.
    """

    def __init__(self, device="cpu", seed=0, dtype=torch.float64):
        generator = torch.Generator().manual_seed(seed)
        self.table = (2 * torch.randn(997, WORDS, generator=generator, dtype=torch.float64)).to(device, dtype)
        self.first = torch.randint(1, WORDS, (BATCH,), generator=generator).to(device)
        place = torch.randint(997, (1, BATCH, 1), generator=generator).to(device)
        self.state = (place, torch.zeros_like(place))

    def step(self, token, state):
        place, count = state
        place = (31 * place + 7 * token[None, :, None] + count) % 997
        return self.table[place[0, :, 0]], (place, count + 1)

    def of(self, item):
        """The first token and state of one item."""
        return self.first[item : item + 1], tuple(part[:, item : item + 1] for part in self.state)

    def log_probability(self, item, sequence):
        place, token = int(self.state[0][0, item, 0]), int(self.first[item])
        total = 0.0
        for count, word in enumerate(sequence):
            place = (31 * place + 7 * token + count) % 997
            row = self.table[place].tolist()
            total += row[word] - math.log(sum(math.exp(score) for score in row))
            token = word
        return total


def every_sequence(limit=LIMIT):
    """All sequences that end with END within the limit, or that have no END and are as long as it."""
    for length in range(1, limit + 1):
        for body in itertools.product(range(1, WORDS), repeat=length - 1):
            yield (*body, END)
    yield from itertools.product(range(1, WORDS), repeat=limit)


def sequences(found) -> list[tuple[int, ...]]:
    return [tuple(row[:n]) for row, n in zip(found.tokens.tolist(), found.lengths.tolist(), strict=True)]
