"""Decoding against exact probabilities, brute force over all sequences, and a search without batches."""

import itertools
import math

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from utils.models import decoding

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


# --- beam search ---


@pytest.mark.parametrize("length_penalty", [0.0, 0.6, 1.0, 2.0])
@pytest.mark.parametrize("seed", range(3))
def test_a_wide_beam_finds_the_best_of_all_sequences(seed, length_penalty, device):
    model = Chaos(device, seed)
    found = decoding.beam(model.step, model.first, model.state, END, LIMIT, WORDS**LIMIT, length_penalty)
    for item, sequence in enumerate(sequences(found)):
        scores = {s: model.log_probability(item, s) / len(s) ** length_penalty for s in every_sequence()}
        assert sequence == max(scores, key=scores.get)
        assert math.isclose(found.scores[item].item(), scores[sequence], abs_tol=1e-9)


def test_greedy_does_not_find_it():
    """So that the test above cannot pass by greed."""
    best_is_greedy = []
    for seed in range(3):
        model = Chaos(seed=seed)
        wide = decoding.beam(model.step, model.first, model.state, END, LIMIT, WORDS**LIMIT)
        best_is_greedy.append(
            sequences(wide) == sequences(decoding.greedy(model.step, model.first, model.state, END, LIMIT))
        )
    assert not all(best_is_greedy)


@pytest.mark.parametrize("length_penalty", [0.0, 1.0])
def test_beam_one_is_greedy(length_penalty, device):
    for seed in range(20):
        model = Chaos(device, seed)
        one = decoding.beam(model.step, model.first, model.state, END, LIMIT, 1, length_penalty)
        greedy = decoding.greedy(model.step, model.first, model.state, END, LIMIT)
        assert torch.equal(one.tokens, greedy.tokens) and torch.equal(one.lengths, greedy.lengths)
        torch.testing.assert_close(one.scores, greedy.scores / greedy.lengths**length_penalty)


def plain_beam(model, item, beam_size, length_penalty, limit=LIMIT):
    """Beam search for one item, one hypothesis at a time, to the limit whatever happens."""
    live, ended = [((), 0.0, *model.of(item))], []
    for length in range(1, limit + 1):
        continued = []
        for sequence, score, last, state in live:
            logits, new_state = model.step(last, state)
            for word, log_prob in enumerate(logits[0].log_softmax(-1).tolist()):
                continued.append(
                    ((*sequence, word), score + log_prob, torch.full_like(last, word), new_state)
                )
        kept = sorted(continued, key=lambda hypothesis: -hypothesis[1])[:beam_size]
        ended += [h for h in kept if h[0][-1] == END or length == limit]
        live = [h for h in kept if h[0][-1] != END]
    return max((score / len(sequence) ** length_penalty, sequence) for sequence, score, *_ in ended)


def run_against_plain_beam(device, seeds=range(8)):
    for seed, (beam_size, length_penalty) in itertools.product(seeds, [(2, 0.0), (3, 1.0), (7, 0.6)]):
        model = Chaos(device, seed)
        found = decoding.beam(model.step, model.first, model.state, END, LIMIT, beam_size, length_penalty)
        for item, sequence in enumerate(sequences(found)):
            score, expected = plain_beam(model, item, beam_size, length_penalty)
            assert sequence == expected
            assert math.isclose(found.scores[item].item(), score, abs_tol=1e-9)


def test_the_batched_beam_equals_a_search_without_batches(device):
    run_against_plain_beam(device)


def states_not_reordered(state, rows):
    """Repeat the states at the beginning, and never follow the hypotheses afterwards."""
    if len(rows) == state[0].shape[1]:
        rows = torch.arange(len(rows))
    return tuple(part.index_select(1, rows) for part in state)


def forgets_the_shorter(best, history, scores, length):
    """The last to end wins, whatever its score."""
    return right_better(
        best._replace(scores=torch.full_like(best.scores, -torch.inf)), history, scores, length
    )


right_better = decoding._better


@pytest.mark.parametrize(
    ("name", "wrong"), [("select", states_not_reordered), ("_better", forgets_the_shorter)]
)
def test_a_mistake_in_the_beam_would_be_caught(name, wrong, monkeypatch):
    monkeypatch.setattr(decoding, name, wrong)
    with pytest.raises(AssertionError):
        run_against_plain_beam("cpu")


def test_a_wider_beam_than_there_are_sequences():
    model = Chaos()
    wide = decoding.beam(model.step, model.first, model.state, END, 2, 50, 0.0)
    enough = decoding.beam(model.step, model.first, model.state, END, 2, WORDS**2, 0.0)
    assert sequences(wide) == sequences(enough)


# --- all of them ---


def searches():
    return {
        "greedy": decoding.greedy,
        "sample": lambda *a: decoding.sample(*a, generator=torch.Generator(a[1].device).manual_seed(0)),
        "beam": lambda *a: decoding.beam(*a, beam_size=3),
    }


def always(token: int, vocabulary_size: int = WORDS):
    """A model that is certain of one token, whatever it reads."""
    logits = torch.full((vocabulary_size,), -1e4)
    logits[token] = 0
    return lambda tokens, state: (logits.expand(len(tokens), -1), state)


@pytest.mark.parametrize("name", ["greedy", "sample", "beam"])
def test_ends_at_end_of_sequence_and_at_the_limit(name):
    first = torch.tensor([1, 2])
    ended = searches()[name](always(END), first, None, END, 9)
    assert ended.tokens.tolist() == [[END], [END]] and ended.lengths.tolist() == [1, 1]
    cut = searches()[name](always(2), first, None, END, 9)
    assert cut.tokens.tolist() == [[2] * 9] * 2 and cut.lengths.tolist() == [9, 9]
    torch.testing.assert_close(cut.scores, torch.zeros(2))
    never = searches()[name](always(END), first, None, -1, 9)
    assert never.tokens.tolist() == [[END] * 9] * 2


@pytest.mark.parametrize("name", ["greedy", "beam"])
def test_a_batch_gives_what_its_items_give_alone(name, device):
    lengths = set()
    for seed in range(5):
        model = Chaos(device, seed)
        together = searches()[name](model.step, model.first, model.state, END, 12)
        for item in range(BATCH):
            alone = searches()[name](model.step, *model.of(item), END, 12)
            length = together.lengths[item]
            lengths.add(int(length))
            assert torch.equal(alone.tokens[0], together.tokens[item, :length])
            assert (together.tokens[item, length:] == END).all()
            torch.testing.assert_close(alone.scores[0], together.scores[item])
        assert together.tokens.shape[1] == together.lengths.max()
    assert len(lengths) > 2  # items of one batch end at different times


def test_greedy_takes_the_most_probable_token_and_adds_up_its_log_probability(device):
    model = Chaos(device)
    found = decoding.greedy(model.step, model.first, model.state, END, LIMIT)
    for item, sequence in enumerate(sequences(found)):
        expected = model.log_probability(item, sequence)
        assert math.isclose(found.scores[item].item(), expected, abs_tol=1e-9)
        for i, word in enumerate(sequence):
            others = [model.log_probability(item, (*sequence[:i], w)) for w in range(WORDS)]
            assert word == others.index(max(others))
        assert END not in sequence[:-1] and (sequence[-1] == END or len(sequence) == LIMIT)


class Syncs(TorchDispatchMode):
    """Counts how often the host asks for a number of a tensor."""

    count = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.count += function is torch.ops.aten._local_scalar_dense.default
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("name", ["greedy", "sample", "beam"])
def test_the_host_waits_for_the_device_once_a_step_at_most(name):
    logits = torch.randn(BATCH, WORDS, generator=torch.Generator().manual_seed(0))
    logits[:, END] = -1e4  # never ends, so that all steps are taken

    def step(token, state):
        return logits.repeat_interleave(len(token) // BATCH, 0), state

    with Syncs() as syncs:
        found = searches()[name](step, torch.ones(BATCH, dtype=torch.long), None, END, 10)
    assert found.tokens.shape == (BATCH, 10)
    assert syncs.count <= 11  # and the beam once more for the longest length


@pytest.mark.parametrize("name", ["greedy", "sample", "beam"])
@pytest.mark.parametrize("half", [torch.float16, torch.bfloat16])
def test_half_precision_logits_are_summed_in_float32(half, name, device):
    model = Chaos(device, dtype=half)
    found = searches()[name](model.step, model.first, model.state, END, LIMIT)
    assert found.scores.dtype == torch.float32 and found.scores.isfinite().all()


@pytest.mark.parametrize("name", ["greedy", "sample", "beam"])
def test_needs_no_gradients(name):
    model = Chaos()
    model.table.requires_grad_()
    assert not searches()[name](model.step, model.first, model.state, END, 3).scores.requires_grad


# --- sampling ---

PROBABILITIES = [0.1, 0.4, 0.05, 0.3, 0.15]
LOGITS = torch.tensor(PROBABILITIES, dtype=torch.float64).log() + 3  # a constant changes nothing


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, PROBABILITIES),
        ({"temperature": 0.5}, [p**2 / 0.285 for p in PROBABILITIES]),  # .01 + .16 + .0025 + .09 + .0225
        ({"top_k": 1}, [0, 1, 0, 0, 0]),
        ({"top_k": 2}, [0, 4 / 7, 0, 3 / 7, 0]),
        ({"top_k": 9}, PROBABILITIES),
        ({"top_p": 0.01}, [0, 1, 0, 0, 0]),  # the most probable alone has more
        ({"top_p": 0.39}, [0, 1, 0, 0, 0]),
        ({"top_p": 0.41}, [0, 4 / 7, 0, 3 / 7, 0]),
        ({"top_p": 0.71}, [0, 8 / 17, 0, 6 / 17, 3 / 17]),
        ({"top_p": 0.9}, [2 / 19, 8 / 19, 0, 6 / 19, 3 / 19]),
        ({"top_p": 1.0}, PROBABILITIES),
        ({"top_k": 3, "top_p": 0.8}, [0, 4 / 7, 0, 3 / 7, 0]),  # of 3: 8/17 + 6/17 = 0.82, enough
        ({"temperature": 0.5, "top_p": 0.56}, [0, 1, 0, 0, 0]),  # 0.16 / 0.285 = 0.5614
        ({"temperature": 0.5, "top_k": 2}, [0, 0.16 / 0.25, 0, 0.09 / 0.25, 0]),
    ],
    ids=str,
)
def test_the_distribution_by_hand(options, expected, device):
    logits = LOGITS.to(device, torch.float32 if device.type == "mps" else torch.float64)
    p = decoding.distribution(logits, **options)
    torch.testing.assert_close(p, torch.tensor(expected).to(p), atol=1e-6, rtol=1e-6)
    batch = decoding.distribution(torch.stack([logits, logits.flip(0)]), **options)
    torch.testing.assert_close(batch, torch.stack([p, p.flip(0)]))


def test_top_k_keeps_k_of_equal_tokens():
    p = decoding.distribution(torch.zeros(6), top_k=2)
    assert sorted(p.tolist()) == [0, 0, 0, 0, 0.5, 0.5]


@pytest.mark.parametrize("options", [{}, {"temperature": 0.7}, {"top_k": 3}, {"top_p": 0.8}], ids=str)
def test_draws_follow_the_distribution(options, device):
    count = 40_000
    logits = LOGITS.to(device, torch.float32)

    def step(token, state):
        return logits.expand(len(token), -1), state

    first = torch.zeros(count, dtype=torch.long, device=device)
    generator = torch.Generator(device).manual_seed(0)
    found = decoding.sample(step, first, None, -1, 2, **options, generator=generator)
    p = decoding.distribution(logits, **options)
    for drawn in found.tokens.unbind(1):
        share = drawn.bincount(minlength=5) / count
        assert ((share - p).abs() <= 4 * (p * (1 - p) / count).sqrt()).all()
    pairs = (found.tokens[:, 0] * 5 + found.tokens[:, 1]).bincount(minlength=25) / count
    torch.testing.assert_close(pairs, torch.outer(p, p).flatten(), atol=0.01, rtol=0)  # independent draws


def test_the_same_generator_gives_the_same_sample():
    model = Chaos()
    runs = [
        decoding.sample(
            model.step, model.first, model.state, -1, 20, generator=torch.Generator().manual_seed(seed)
        )
        for seed in (1, 1, 2)
    ]
    assert torch.equal(runs[0].tokens, runs[1].tokens) and not torch.equal(runs[0].tokens, runs[2].tokens)


def test_a_cold_sample_is_greedy():
    model = Chaos()
    cold = decoding.sample(model.step, model.first, model.state, END, LIMIT, temperature=1e-3)
    greedy = decoding.greedy(model.step, model.first, model.state, END, LIMIT)
    assert torch.equal(cold.tokens, greedy.tokens)
    torch.testing.assert_close(cold.scores, greedy.scores)


# --- bad input ---

FIRST = torch.ones(2, dtype=torch.long)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: decoding.greedy(s, FIRST, None, END, 0), "limit must be at least 1, got 0"),
        (
            lambda s: decoding.greedy(s, FIRST[:, None], None, END, 3),
            r"\(batch,\) integers.* got shape \(2, 1\)",
        ),
        (lambda s: decoding.beam(s, FIRST.float(), None, END, 3), "integers.* of torch.float32"),
        (lambda s: decoding.beam(s, FIRST, None, END, 0), "limit must be at least 1"),
        (lambda s: decoding.beam(s, FIRST, None, END, 3, 0), "beam_size must be at least 1"),
        (lambda s: decoding.beam(s, FIRST, None, END, 3, 2, -1.0), "length_penalty must not be negative"),
        (lambda s: decoding.sample(s, FIRST, None, END, 3, 0.0), "temperature must be positive.* use greedy"),
        (lambda s: decoding.sample(s, FIRST, None, END, 3, top_k=0), "top_k must be at least 1"),
        (lambda s: decoding.sample(s, FIRST, None, END, 3, top_p=0.0), "top_p must be a probability"),
        (lambda s: decoding.sample(s, FIRST, None, END, 3, top_p=1.1), "top_p must be a probability"),
    ],
)
def test_bad_input_gets_one_clear_error(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call(always(END))
    assert "\n" not in str(caught.value)
