"""Reviews of restaurants and films in which the order of the words matters.

A review is positive or negative by what its writer thinks. Most come as twins: the same words, in another
order, with the opposite label ("Not the worst restaurant in town, not by a long way: it is one of the best."
and "Not the best restaurant in town, not by a long way: it is one of the worst."). Twins stay in one split,
so a classifier that sees only which words there are, and how often, is right on one of the two, never on
both.

Some words of praise and blame are frequent and many are rare, as everywhere. Words of one polarity are often
joined ("gripping and clever"), which is how their company tells them from those of the other.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

from utils.data.dataset import Dataset, Labelled, split
from utils.data.made.grammar import bag, best_accuracy, capitalised, expand

POSITIVE, NEGATIVE = "positive", "negative"

# The most frequent first. All begin with a consonant: "a" and "an" would tell twins apart.
GOOD = (
    "good", "great", "lovely", "wonderful", "brilliant", "superb", "delightful", "splendid", "charming",
    "fantastic", "graceful", "memorable", "terrific", "magnificent", "refreshing", "fabulous", "perfect",
    "stunning", "marvellous", "thoughtful", "polished", "sublime", "joyful", "blissful",
)  # fmt: skip
BAD = (
    "bad", "poor", "terrible", "disappointing", "dreadful", "horrible", "boring", "dismal", "weak",
    "ghastly", "miserable", "forgettable", "lousy", "pathetic", "tiresome", "sloppy", "hopeless", "clumsy",
    "careless", "shabby", "dreary", "grim", "dire", "wretched",
)  # fmt: skip


class Domain(NamedTuple):
    """What is reviewed: its parts, what it is called, where it stands, and what one says of it alone."""

    parts: tuple[str, ...]
    things: tuple[str, ...]
    places: tuple[str, ...]
    good: tuple[str, ...]
    bad: tuple[str, ...]
    facts: tuple[str, ...]


RESTAURANT = Domain(
    parts=(
        "soup", "service", "wine list", "bread", "dessert", "fish", "steak", "salad", "coffee", "music",
        "view", "waiter", "pasta", "curry", "lamb", "cheese board", "sauce", "risotto",
    ),
    things=("restaurant", "bistro", "tavern", "pizzeria", "diner", "café"),
    places=("in town", "in the old port", "on this street", "in the quarter", "near the station"),
    good=("pleasant", "remarkable", "fine"),
    bad=("nasty", "mediocre", "shoddy"),
    facts=("The chef is new", "We were four at the table", "We had booked a week ahead"),
)  # fmt: skip
FILM = Domain(
    parts=(
        "plot", "acting", "script", "photography", "soundtrack", "ending", "dialogue", "lead actor",
        "editing", "opening scene", "second half", "villain", "love story", "chase", "humour",
    ),
    things=("film", "thriller", "comedy", "drama", "western", "sequel"),
    places=("of the year", "of the season", "of the festival", "of this director", "of the decade"),
    good=("gripping", "funny", "moving", "clever"),
    bad=("dull", "tedious", "flat", "silly"),
    facts=("It runs for two hours", "I saw it without subtitles", "The hall was half full"),
)  # fmt: skip

# In each frame {x} and {y} are words of opposite polarity, and {x} decides the label. Exchanging the two
# gives the twin. "part" and "other" are different parts of one thing.
FRAMES = {
    "contrast": (
        "the {other} was {y}, but the {part} was {x}, and that is what counts",
        "the {other} was {y}, but in the end the {part} was so {x} that nothing else mattered",
        "although the {other} was {y}, the whole evening was {x}",
        "the whole evening was {x}, although the {other} was {y}",
        "despite the {y} {other}, a {x} {thing}",
        "a {x} {thing}, despite the {y} {other}",
    ),
    "negation": (
        "the {part} was not {y}, it was {x}",
        "the {part} was {x}, not {y}",
        "I would call this {thing} {x} and not {y}",
        "I would not call this {thing} {y}, I would call it {x}",
        "nobody at our table found the {part} {y}, and all found it {x}",
    ),
    "opinion": (
        "the guide calls this {thing} {y}, I call it {x}",
        "I call this {thing} {x}, the guide calls it {y}",
        "my friends thought that it was {y}, and they were wrong: it is {x}",
        "it is {x}, and my friends, who thought that it was {y}, were wrong",
    ),
    "time": (
        "the {part} used to be {y}, now it is {x}",
        "now the {part} is {x}, it used to be {y}",
        "I went in expecting a {y} {thing} and came out of a {x} one",
        "this is a {x} {thing}, and I had expected a {y} one",
    ),
}
# What comes before a claim turns it around or leaves it as it is, and it may come twice.
CLAIMS = (
    "the {part} was {x} and not {y}",
    "the {part} of this {thing} was rather {x} than {y}",
    "this was a {x} {thing} and not a {y} one",
    "more of this {thing} was {x} than {y}",
)
DENIALS = (
    "it would be wrong to say that", "I do not agree that", "nobody can tell me that", "it is not true that",
    "I doubt that",
)  # fmt: skip
ASSURANCES = (
    "I still think that", "it is true that", "all of us agree that", "I must say that", "nobody doubts that",
)  # fmt: skip
SUPERLATIVES = (
    "not the {y} {thing} {place}, not by a long way: it is one of the {x}",
    "one of the {x} of its kind, and not the {y} {thing} {place}, not by a long way",
    "some say that it is the {y} {thing} {place}, I say the {x}",
    "the {x} {thing} {place}, and whoever calls it the {y} was not there",
)

# Reviews whose words alone tell the label, by that label. {p} and {q} are positive, {n} and {m} negative.
PLAIN = {
    POSITIVE: (
        "the {part} was {p}", "a {p} {thing}", "the {part} was {p} and the {other} was {q}",
        "the {part} was far from {n}", "the {part} was not {n} at all",
        "there was nothing {n} about the {part}",
        "not the worst {thing} {place}, not by a long way", "I can only recommend this {thing}",
        "I will come back for the {part}",
    ),
    NEGATIVE: (
        "the {part} was {n}", "a {n} {thing}", "the {part} was {n} and the {other} was {m}",
        "the {part} was far from {p}", "the {part} was not {p} at all",
        "there was nothing {p} about the {part}",
        "not the best {thing} {place}, not by a long way", "I cannot recommend this {thing}",
        "I want my money back for the {part}",
    ),
}  # fmt: skip

RULES = {
    "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"),
    "who": ("my sister", "my brother", "a colleague", "two friends", "my parents", "our neighbours"),
    "when": ("last week", "in May", "in June", "yesterday", "during the holidays", "on a rainy night"),
    "remark": (
        "I went with {who} on a {day}", "We went {when}", "I was there {when} with {who}", "It was a {day}",
        "This is my first review", "I had heard of it from {who}",
    ),
}  # fmt: skip


class Review(NamedTuple):
    """A review, its label, and the construction that carries it."""

    text: str
    label: str
    kind: str


def make(seed: int = 0, count: int = 10_000, order_share: float = 0.7) -> Dataset:
    """``count`` reviews, half of them positive in every split, ``order_share`` of them with a twin.

    The items are ``Review(text, label, kind)``. No bag of words occurs in two splits. The title gives the
    accuracy that no classifier of bags of words can exceed on the test split, computed by ``ceiling``.

    Raises ValueError if count is below 20 or odd, or order_share not between 0 and 1.
    """
    if count < 20 or count % 2:
        raise ValueError(f"count must be an even number from 20 up, got {count}")
    if not 0 <= order_share <= 1:
        raise ValueError(f"order_share must be between 0 and 1, got {order_share}")
    rng = random.Random(seed)
    twins = round(order_share * count / 2)
    pairs: list[tuple[Review, Review]] = []
    used: set[tuple[str, ...]] = set()
    while len(pairs) < count // 2:
        pair = _twins(rng) if len(pairs) < twins else _plain(rng)
        bags = {bag(review.text) for review in pair}
        if bags & used:
            continue
        used |= bags
        pairs.append(pair)
    splits = {name: [review for pair in part for review in pair] for name, part in split(pairs, seed).items()}
    for reviews in splits.values():
        rng.shuffle(reviews)
    highest = ceiling(splits["test"])
    title = f"reviews of the course's own grammar, a bag of words cannot exceed {highest:.1%} in test"
    return Dataset("reviews", "default", title, dict(splits))


def ceiling(reviews: list[Review] | list[Labelled]) -> float:
    """The highest accuracy on ``reviews`` of any classifier that sees the bag of words alone."""
    return best_accuracy((bag(review.text) for review in reviews), (review.label for review in reviews))


def _twins(rng: random.Random) -> tuple[Review, Review]:
    """A positive and a negative review made of the same words."""
    kind = rng.choice([*FRAMES, "doubt", "superlative"])
    words = _words(rng)
    good, bad = ("best", "worst") if kind == "superlative" else (words["p"], words["n"])
    if kind == "doubt":
        frame, denied = _doubt(rng)
        good, bad = (bad, good) if denied else (good, bad)
    else:
        frame = rng.choice(SUPERLATIVES if kind == "superlative" else FRAMES[kind])
    finish = _finish(words["fact"], rng)
    positive = finish(frame.format(x=good, y=bad, **words))
    negative = finish(frame.format(x=bad, y=good, **words))
    return Review(positive, POSITIVE, kind), Review(negative, NEGATIVE, kind)


def _doubt(rng: random.Random) -> tuple[str, bool]:
    """A claim with one or two denials or assurances before it, and whether they turn it around."""
    denials = [rng.random() < 0.6 for _ in range(rng.choice((1, 1, 2)))]
    before = [rng.choice(DENIALS if denial else ASSURANCES) for denial in denials]
    return " ".join([*before, rng.choice(CLAIMS)]), sum(denials) % 2 == 1


def _plain(rng: random.Random) -> tuple[Review, Review]:
    """A positive and a negative review, each of them told by its words."""
    pair = []
    for label in (POSITIVE, NEGATIVE):
        words = _words(rng)
        text = rng.choice(PLAIN[label]).format(**words)
        pair.append(Review(_finish(words["fact"], rng)(text), label, "plain"))
    return pair[0], pair[1]


def _words(rng: random.Random) -> dict[str, str]:
    domain = rng.choice((RESTAURANT, FILM))
    part, other = rng.sample(domain.parts, 2)
    return {
        "part": part,
        "other": other,
        "thing": rng.choice(domain.things),
        "place": rng.choice(domain.places),
        "fact": rng.choice(domain.facts),
        "p": _opinion(GOOD + domain.good, rng),
        "q": _opinion(GOOD + domain.good, rng),
        "n": _opinion(BAD + domain.bad, rng),
        "m": _opinion(BAD + domain.bad, rng),
    }


def _opinion(words: tuple[str, ...], rng: random.Random) -> str:
    """One word, the first ones most often, or two of them."""
    first, second = (words[int(len(words) * rng.random() ** 2)] for _ in range(2))
    return f"{first} and {second}" if first != second and rng.random() < 0.4 else first


def _finish(fact: str, rng: random.Random) -> Callable[[str], str]:
    """A function that makes a review of a sentence: with the same remarks before and after it each time."""
    remarks = [fact] * (rng.random() < 0.5) + [expand(RULES, "remark", rng)] * (rng.random() < 0.6)
    rng.shuffle(remarks)
    before = rng.randint(0, len(remarks))
    end = rng.choice((".", ".", ".", "!"))

    def finish(sentence: str) -> str:
        parts = [f"{remark}." for remark in remarks]
        return " ".join([*parts[:before], capitalised(sentence) + end, *parts[before:]])

    return finish
