"""Sequences out of a model that gives the distribution of the next token: sampling, greedy and beam search.

Every model enters through one function, its step:

    logits, state = step(token, state)

``token`` is (rows,), the token just read by each row; ``logits`` is (rows, vocabulary), the scores of the
next; ``state`` is whatever the model hands on: None, a tensor with the rows in dimension 1, as torch.nn's
recurrent layers keep their state, or a tuple of such. All rows advance together. The search itself makes the
host wait for the device once a step, to ask whether all rows have ended.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

State = Any
Step = Callable[[Tensor, State], tuple[Tensor, State]]


class Decoded(NamedTuple):
    """What a search found.

    ``tokens`` is (batch, steps): the tokens after the first, up to and with ``end``, and ``end`` again beyond
    an item's length. ``lengths`` is (batch,). ``scores`` is (batch,), the log-probability of each item's
    tokens; beam search divides it by length ** length_penalty.
    """

    tokens: Tensor
    lengths: Tensor
    scores: Tensor


def greedy(step: Step, first: Tensor, state: State, end: int, limit: int) -> Decoded:
    """Take the most probable token at every step: y_t = argmax_w p(w | y_1 ... y_{t-1}).

    Args:
        step: the model (see the top of this file).
        first: (batch,) integers, the token that each item has before it starts, such as begin-of-sequence.
        state: the state before ``first`` is read.
        end: the token that ends a sequence; -1, which no model gives, for none.
        limit: the largest number of tokens after the first.

    Raises ValueError if ``first`` is not (batch,) integers or limit < 1.
    """
    return _generate(step, first, state, end, limit, lambda logits: logits.argmax(dim=-1))


def sample(
    step: Step,
    first: Tensor,
    state: State,
    end: int,
    limit: int,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: torch.Generator | None = None,
) -> Decoded:
    """Draw every token from ``distribution(logits, temperature, top_k, top_p)``; the rest as ``greedy``.

    ``generator`` lies on the device of the logits. The scores are log-probabilities under the model itself,
    whatever the temperature.
    """

    def draw(logits: Tensor) -> Tensor:
        probabilities = distribution(logits, temperature, top_k, top_p)
        # The smallest of independent exponential times E_w / p_w falls on w with probability p_w. Unlike
        # torch.multinomial, this never waits for the device.
        times = torch.empty_like(probabilities).exponential_(generator=generator)
        times.clamp_(min=torch.finfo(times.dtype).tiny)  # 0 / 0 would win
        return (probabilities / times).argmax(dim=-1)

    return _generate(step, first, state, end, limit, draw)


def distribution(
    logits: Tensor, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> Tensor:
    """The probabilities that sampling draws from; ``logits`` and the result are (..., vocabulary).

    1. temperature: p_w = exp(logit_w / temperature) / Σ_v exp(logit_v / temperature)
    2. ``top_k`` (Fan et al., 2018): only the k most probable tokens stay.
    3. ``top_p``, the nucleus (Holtzman et al., 2020): only the fewest most probable tokens stay whose
       probabilities, after 1 and 2, sum to at least p.

    What is left is scaled to sum to 1. As the temperature goes to 0, all of it goes to the token that greedy
    takes (equally to each, where several logits are largest).

    Raises ValueError if temperature is not positive and finite, top_k < 1 or top_p is not in (0, 1].
    """
    if not 0 < temperature < math.inf:
        raise ValueError(
            f"temperature must be positive and finite, got {temperature}; use greedy for its limit 0"
        )
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k must be at least 1, got {top_k}; None keeps all tokens")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p must be a probability above 0, got {top_p}; None keeps all tokens")
    logits = _at_least_float32(logits)
    # Less the largest, which leaves p as it is: a logit over a tiny temperature would be infinite.
    differences = logits - logits.amax(dim=-1, keepdim=True)
    limits = torch.finfo(logits.dtype)
    probabilities = (differences / min(max(temperature, limits.tiny), limits.max)).softmax(dim=-1)
    if top_k is None and top_p is None:
        return probabilities
    ranked, tokens = probabilities.sort(dim=-1, descending=True)
    if top_k is not None:
        ranked[..., top_k:] = 0
        ranked = ranked / ranked.sum(dim=-1, keepdim=True)
    if top_p is not None and top_p < 1:
        before = ranked.cumsum(dim=-1) - ranked  # the sum of all that are more probable
        before[..., 0] = 0  # the most probable always stays
        ranked = ranked.masked_fill(before >= top_p, 0)
        ranked = ranked / ranked.sum(dim=-1, keepdim=True)
    return torch.zeros_like(ranked).scatter(-1, tokens, ranked)


@torch.no_grad()
def beam(
    step: Step,
    first: Tensor,
    state: State,
    end: int,
    limit: int,
    beam_size: int = 5,
    length_penalty: float = 1.0,
) -> Decoded:
    """Search for the sequence with the highest score, keeping ``beam_size`` beginnings of each item.

    score(y) = log p(y) / |y| ** length_penalty,  where |y| counts ``end``

    At every step all beginnings are continued by all tokens and the ``beam_size`` most probable continuations
    stay. One that ends leaves the beam, and the best of those is remembered; at ``limit`` the others count as
    they stand. The search stops as soon as no beginning can still beat the best: log p(y) only falls, so a
    beginning's score never exceeds log p / limit ** length_penalty. With beam_size=1 this is ``greedy``.

    Arguments as in ``greedy``; length_penalty 0 compares plain probabilities, which favours short sequences.
    The rows that ``step`` sees are (batch * beam_size,), those of an item together.

    Raises ValueError as ``greedy`` does, and if beam_size < 1 or length_penalty < 0.

    Source: Sutskever et al., 2014; the length normalisation as in Wu et al., 2016, without their constant 5.
    """
    _check(first, limit)
    if beam_size < 1:
        raise ValueError(f"beam_size must be at least 1, got {beam_size}")
    if length_penalty < 0:
        raise ValueError(f"length_penalty must not be negative, got {length_penalty}")
    batch = len(first)
    items = torch.arange(batch, device=first.device)
    state = select(state, items.repeat_interleave(beam_size))
    token = first.repeat_interleave(beam_size)
    scores = torch.full((batch, beam_size), -torch.inf, device=first.device)
    scores[:, 0] = 0  # all beginnings are still the same one: count it once
    history = first.new_full((batch, beam_size, limit), end)
    best = Decoded(history[:, 0], torch.zeros_like(first), scores[:, -1].clone().fill_(-torch.inf))
    for length in range(1, limit + 1):
        logits, state = step(token, state)
        # an item's best continuations are among the best of each of its beginnings
        steps, tokens = (part.unflatten(0, (batch, beam_size)) for part in _most_probable(logits, beam_size))
        scores, chosen = (scores.unsqueeze(-1) + steps).flatten(1).topk(beam_size)
        parent = chosen // steps.shape[-1]
        token = tokens.flatten(1).gather(1, chosen)
        history = history.gather(1, parent.unsqueeze(-1).expand_as(history))
        history[:, :, length - 1] = token
        ended = token == end if length < limit else torch.ones_like(token, dtype=torch.bool)
        best = _better(best, history, scores.masked_fill(~ended, -torch.inf) / length**length_penalty, length)
        scores = scores.masked_fill(ended, -torch.inf)
        if not bool((scores.amax(dim=1) / limit**length_penalty > best.scores).any()):
            break
        state = select(state, (items.unsqueeze(1) * beam_size + parent).flatten())
        token = token.flatten()
    return best._replace(tokens=best.tokens[:, : int(best.lengths.max())])


def _most_probable(logits: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Each row's most probable tokens (rows, count), after their log-probabilities; one alone is greedy's."""
    log_probs = _at_least_float32(logits).log_softmax(dim=-1)
    if count == 1:  # topk may take another than the first of equal ones, and the softmax makes some equal
        best = logits.argmax(dim=-1, keepdim=True)
        return log_probs.gather(-1, best), best
    steps, tokens = log_probs.topk(min(count, logits.shape[-1]))
    return steps, tokens


def _better(best: Decoded, history: Tensor, scores: Tensor, length: int) -> Decoded:
    """The better of ``best`` and the sequences (batch, beam, limit) that have just ended with ``scores``."""
    score, winner = scores.max(dim=1)
    tokens = history[torch.arange(len(history), device=history.device), winner]
    is_better = score > best.scores
    return Decoded(
        torch.where(is_better.unsqueeze(1), tokens, best.tokens),
        best.lengths.masked_fill(is_better, length),
        torch.where(is_better, score, best.scores),
    )


@torch.no_grad()
def _generate(
    step: Step, first: Tensor, state: State, end: int, limit: int, choose: Callable[[Tensor], Tensor]
) -> Decoded:
    """The loop of ``greedy`` and ``sample``: ``choose`` picks the tokens (batch,) from the logits."""
    _check(first, limit)
    token, tokens = first, []
    running = torch.ones_like(first, dtype=torch.bool)
    lengths = torch.zeros_like(first)
    scores = torch.zeros(len(first), device=first.device)
    for _ in range(limit):
        logits, state = step(token, state)
        token = choose(logits).masked_fill(~running, end)
        log_probs = _at_least_float32(logits).log_softmax(dim=-1)
        scores = scores + log_probs.gather(-1, token.unsqueeze(-1)).squeeze(-1).masked_fill(~running, 0)
        lengths = lengths + running
        tokens.append(token)
        running = running & (token != end)
        if not bool(running.any()):
            break
    return Decoded(torch.stack(tokens, dim=1), lengths, scores)


def select(state: State, rows: Tensor) -> State:
    """The given rows of a state, in this order; rows lie in dimension 1 of each of its tensors."""
    if state is None:
        return None
    if isinstance(state, Tensor):
        return state.index_select(1, rows)
    return tuple(select(part, rows) for part in state)


def _check(first: Tensor, limit: int) -> None:
    if first.dim() != 1 or first.is_floating_point() or first.dtype == torch.bool:
        raise ValueError(
            f"first must be (batch,) integers, one token per item; got shape {tuple(first.shape)} "
            f"of {first.dtype}"
        )
    if limit < 1:
        raise ValueError(f"limit must be at least 1, got {limit}")


def _at_least_float32(logits: Tensor) -> Tensor:
    """Sums of many log-probabilities need more digits than the half precisions have."""
    return logits.to(torch.promote_types(logits.dtype, torch.float32))
