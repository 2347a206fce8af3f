import collections
import itertools

import pytest

from utils.data.dataset import Tagged
from utils.data.made import tagged


@pytest.fixture(scope="module")
def data():
    return tagged.make(0)


def everything(data):
    return [item for items in data.values() for item in items]


def test_every_word_has_a_tag_of_universal_dependencies(data):
    used = set()
    for item in everything(data):
        assert len(item.tokens) == len(item.tags)
        used |= set(item.tags)
    assert used == {"DET", "ADJ", "NOUN", "ADP", "PRON", "VERB", "AUX", "ADV", "PUNCT", "PART", "SCONJ"}


def test_words_have_the_tags_they_can_have(data):
    tags = collections.defaultdict(set)
    for item in everything(data):
        for token, tag in zip(item.tokens, item.tags, strict=True):
            tags[token].add(tag)
    assert tags["guards"] == tags["watches"] == tags["cook"] == {"NOUN", "VERB"}
    assert tags["that"] == {"DET", "PRON", "SCONJ"}
    assert tags["to"] == {"ADP", "PART"} and tags["has"] == {"AUX", "VERB"}
    assert tags["secret"] == {"ADJ", "NOUN"} and tags["outside"] == {"ADP", "ADV"}
    assert tags["fast"] == {"ADJ", "ADV"}
    assert tags["the"] == {"DET"} and tags["key"] == {"NOUN"} and tags["are"] == {"AUX"}


def test_the_ceiling_is_that_of_the_most_frequent_tag(data):
    items = data["test"]
    counts = collections.defaultdict(collections.Counter)
    for item in items:
        for token, tag in zip(item.tokens, item.tags, strict=True):
            counts[token][tag] += 1
    best = {token: count.most_common(1)[0][0] for token, count in counts.items()}
    right = sum(best[t] == tag for item in items for t, tag in zip(item.tokens, item.tags, strict=True))
    total = sum(len(item.tokens) for item in items)
    assert tagged.ceiling(items) == right / total
    assert 0.85 < right / total < 0.97
    assert f"{right / total:.1%} of the tags in test" in str(data)


def test_a_sentence_has_one_reading(data):
    readings = collections.defaultdict(set)
    for item in everything(data):
        readings[item.tokens].add(item.tags)
    assert all(len(tags) == 1 for tags in readings.values())


def test_often_only_what_follows_tells_the_tag(data):
    """Of sentences that begin alike, the last word of the beginning has several tags: no tagger that reads
    from left to right can be right on all. Read from the end, hardly any are left."""

    def undecided(direction):
        tags = collections.defaultdict(collections.Counter)
        for item in everything(data):
            for place, tag in enumerate(item.tags):
                known = item.tokens[: place + 1] if direction == "forward" else item.tokens
                tags[known, place][tag] += 1
        wrong = sum(count.total() - max(count.values()) for count in tags.values())
        return wrong / sum(count.total() for count in tags.values())

    assert undecided("forward") > 0.015
    assert undecided("both") == 0


def test_no_sentence_is_in_two_splits(data):
    parts = [{item.tokens for item in items} for items in data.values()]
    assert sum(map(len, parts)) == 6000
    assert not any(one & other for one, other in itertools.combinations(parts, 2))


def test_tagged_is_a_pure_function_of_the_seed():
    assert tagged.make(0, count=300) == tagged.make(0, count=300) != tagged.make(1, count=300)


def test_the_ceiling_of_words_with_one_tag_is_1():
    assert tagged.ceiling([Tagged(("a", "b"), ("X", "Y")), Tagged(("b",), ("Y",))]) == 1
    with pytest.raises(ValueError, match="count must be at least 10"):
        tagged.make(count=9)
