"""Attention against an explicit double loop over items and source positions."""

import math

import pytest
import torch

from utils.models import AdditiveAttention, DotAttention, GeneralAttention
from utils.models.attention import Attention, Memory

BATCH, SOURCE, QUERY, MEMORY = 4, 6, 3, 5
LENGTHS = [2, 6, 1, 4]


def make(kind, device, dtype):
    torch.manual_seed(0)
    sizes = (MEMORY, MEMORY) if kind is DotAttention else (QUERY, MEMORY)
    attention = kind(*sizes).to(device, dtype)
    query = torch.randn(BATCH, sizes[0], device=device, dtype=dtype)
    values = torch.randn(BATCH, SOURCE, MEMORY, device=device, dtype=dtype)
    return attention, query.requires_grad_(), values.requires_grad_(), torch.tensor(LENGTHS, device=device)


def score_by_hand(attention, s, h):
    """e_ij of one pair, from the formula."""
    if isinstance(attention, AdditiveAttention):
        return attention.v.weight[0] @ torch.tanh(attention.W.weight @ h + attention.U.weight @ s)
    if isinstance(attention, GeneralAttention):
        return h @ (attention.W.weight @ s)
    return h @ s


def attend_by_hand(attention, query, values, lengths):
    contexts, all_weights = [], []
    for s, states, length in zip(query, values, lengths, strict=True):
        scores = [score_by_hand(attention, s, states[j]) for j in range(length)]
        total = sum(torch.exp(score) for score in scores)
        weights = [torch.exp(score) / total for score in scores]
        contexts.append(sum(weight * states[j] for j, weight in enumerate(weights)))
        all_weights.append(torch.stack([*weights, *[s.new_zeros(())] * (SOURCE - length)]))
    return torch.stack(contexts), torch.stack(all_weights)


KINDS = pytest.mark.parametrize("kind", [AdditiveAttention, DotAttention, GeneralAttention])


@KINDS
def test_equals_the_double_loop(kind, device, dtype):
    attention, query, values, lengths = make(kind, device, dtype)
    tolerance = 1e-6 if dtype == torch.float32 else 1e-12
    ours = attention(query, attention.remember(values, lengths))
    theirs = attend_by_hand(attention, query, values, LENGTHS)
    inputs = [query, values, *attention.parameters()]
    factors = torch.randn(BATCH, MEMORY, device=device, dtype=dtype)
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b, atol=tolerance, rtol=tolerance)
    gradients = [torch.autograd.grad((factors * result[0]).sum(), inputs) for result in (ours, theirs)]
    for a, b in zip(*gradients, strict=True):
        torch.testing.assert_close(a, b, atol=10 * tolerance, rtol=10 * tolerance)


def without_a_mask(attention, values, lengths):
    return right_remember(attention, values)


def keys_of_the_neighbour(attention, values, lengths):
    memory = right_remember(attention, values, lengths)
    return memory._replace(keys=memory.keys.roll(1, dims=1))


def values_of_the_neighbour(attention, values, lengths):
    memory = right_remember(attention, values, lengths)
    return memory._replace(values=memory.values.roll(1, dims=1))


right_remember = Attention.remember


@pytest.mark.parametrize("mistake", [without_a_mask, keys_of_the_neighbour, values_of_the_neighbour])
@KINDS
def test_a_mistake_would_be_caught(kind, mistake, monkeypatch, device):
    test_equals_the_double_loop(kind, device, torch.float32)
    monkeypatch.setattr(Attention, "remember", mistake)
    with pytest.raises(AssertionError):
        test_equals_the_double_loop(kind, device, torch.float32)


@KINDS
def test_weights_are_a_distribution_over_the_real_steps(kind, device):
    attention, query, values, lengths = make(kind, device, torch.float32)
    _, weights = attention(query, attention.remember(values, lengths))
    torch.testing.assert_close(weights.sum(-1), torch.ones(BATCH, device=device))
    for row, length in zip(weights, LENGTHS, strict=True):
        assert (row[length:] == 0).all() and (row[:length] > 0).all()


@KINDS
def test_padding_is_never_read(kind, device):
    attention, query, values, lengths = make(kind, device, torch.float64)
    spoiled = values.detach().clone()
    for item, length in enumerate(LENGTHS):
        spoiled[item, length:] = math.nan
    results = []
    for source in (values, spoiled.requires_grad_()):
        context, weights = attention(query, attention.remember(source, lengths))
        loss = (context**2).sum() + (weights**2).sum()
        results.append(
            [context, weights, *torch.autograd.grad(loss, [query, source, *attention.parameters()])]
        )
    for clean, dirty in zip(*results, strict=True):
        assert torch.equal(clean, dirty)


@KINDS
def test_several_queries_are_the_queries_one_by_one(kind, device):
    attention, query, values, lengths = make(kind, device, torch.float64)
    memory = attention.remember(values, lengths)
    queries = torch.stack([query, 2 * query, query.flip(0)], dim=1)
    contexts, weights = attention(queries, memory)
    assert contexts.shape == (BATCH, 3, MEMORY) and weights.shape == (BATCH, 3, SOURCE)
    for i in range(3):
        context, weight = attention(queries[:, i], memory)
        torch.testing.assert_close(contexts[:, i], context, atol=1e-12, rtol=1e-12)
        torch.testing.assert_close(weights[:, i], weight, atol=1e-12, rtol=1e-12)


@pytest.mark.slow
@KINDS
def test_gradcheck(kind):
    attention, query, values, lengths = make(kind, "cpu", torch.float64)
    names = [name for name, _ in attention.named_parameters()]

    class Whole(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.attention = attention

        def forward(self, query, values):
            return self.attention(query, self.attention.remember(values, lengths))

    def run(query, values, *parameters):
        weights = {f"attention.{name}": p for name, p in zip(names, parameters, strict=True)}
        return torch.func.functional_call(Whole(), weights, (query, values))

    assert torch.autograd.gradcheck(run, (query, values, *attention.parameters()))


def test_the_additive_score_has_no_bias_and_its_own_width():
    attention = AdditiveAttention(QUERY, MEMORY, hidden_size=7)
    shapes = {name: tuple(p.shape) for name, p in attention.named_parameters()}
    assert shapes == {"W.weight": (7, MEMORY), "U.weight": (7, QUERY), "v.weight": (1, 7)}


@KINDS
def test_autocast_and_other_dtypes(kind, device):
    attention, query, values, lengths = make(kind, device, torch.float32)
    context, weights = attention(query, attention.remember(values, lengths))
    with torch.autocast(device.type, torch.bfloat16):
        rough, rough_weights = attention(query, attention.remember(values, lengths))
    torch.testing.assert_close(rough.float(), context, atol=0.1, rtol=0.1)
    torch.testing.assert_close(rough_weights.float(), weights, atol=0.05, rtol=0.1)
    attention = attention.to(torch.bfloat16)
    half = attention(query.bfloat16(), attention.remember(values.bfloat16(), lengths))
    assert all(result.dtype == torch.bfloat16 for result in half)


def test_every_tensor_is_made_on_the_device_of_the_input():
    attention = AdditiveAttention(QUERY, MEMORY).to("meta")
    memory = attention.remember(torch.empty(BATCH, SOURCE, MEMORY, device="meta"))
    context, weights = attention(torch.empty(BATCH, QUERY, device="meta"), memory)
    assert context.device.type == weights.device.type == "meta"


MEMORY_OF_FOUR = Memory(torch.zeros(4, SOURCE, MEMORY), torch.zeros(4, SOURCE, QUERY), None)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: AdditiveAttention(0, MEMORY), "query_size must be at least 1, got 0"),
        (lambda: AdditiveAttention(QUERY, MEMORY, 0), "hidden_size must be at least 1"),
        (lambda: DotAttention(QUERY, MEMORY), "use GeneralAttention"),
        (lambda: AdditiveAttention(QUERY, MEMORY).remember(torch.zeros(4, SOURCE, 2)), "memory_size=5"),
        (lambda: AdditiveAttention(QUERY, MEMORY).remember(torch.zeros(SOURCE, MEMORY)), "memory_size=5"),
        (
            lambda: AdditiveAttention(QUERY, MEMORY).remember(torch.zeros(1, 3, MEMORY), torch.tensor([4])),
            "between 1 and 3",
        ),
        (lambda: AdditiveAttention(QUERY, MEMORY)(torch.zeros(4, 2), MEMORY_OF_FOUR), "query_size=3"),
        (lambda: AdditiveAttention(QUERY, MEMORY)(torch.zeros(QUERY), MEMORY_OF_FOUR), "query_size=3"),
        (
            lambda: AdditiveAttention(QUERY, MEMORY)(torch.zeros(5, QUERY), MEMORY_OF_FOUR),
            "batch of 5 .* of 4",
        ),
    ],
)
def test_bad_input_gets_one_clear_error(call, message):
    with pytest.raises(ValueError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
