import collections
import itertools

import faker
import pytest

from utils.data.installed import surnames


@pytest.fixture(scope="module")
def data():
    return surnames.make(0)


def everything(data):
    return [item for items in data.values() for item in items]


def test_there_are_500_names_of_each_of_13_languages(data):
    counts = collections.Counter(item.label for item in everything(data))
    assert counts == dict.fromkeys(surnames.LISTS, 500)
    assert len(counts) >= 12
    assert len(set(everything(data))) == len(everything(data))


def test_every_split_has_every_language(data):
    for items in data.values():
        counts = collections.Counter(item.label for item in items)
        assert set(counts) == set(surnames.LISTS)
        assert max(counts.values()) < 2 * min(counts.values())


def test_no_name_is_in_two_splits(data):
    names = [{item.text for item in items} for items in data.values()]
    assert not any(one & other for one, other in itertools.combinations(names, 2))


def test_the_title_gives_the_share_that_can_be_right(data):
    by_name = collections.defaultdict(list)
    for item in data["test"]:
        by_name[item.text].append(item.label)
    assert max(len(labels) for labels in by_name.values()) > 1
    assert f"{len(by_name) / len(data['test']):.1%} in test" in str(data)


def test_the_names_are_latin(data):
    for item in everything(data):
        assert item.text == item.text.strip() != ""
        assert surnames.is_latin(item.text)
    assert surnames.is_latin("Mac Fhlannáin") and surnames.is_latin("d'Angelo")
    assert not surnames.is_latin("Иванов") and not surnames.is_latin("佐藤")


@pytest.mark.parametrize(
    ("language", "country"),
    [
        ("Croatian", "hr_HR"),
        ("Italian", "it_IT"),
        ("Spanish", "es_ES"),
        ("Swedish", "sv_SE"),
        ("Zulu", "zu_ZA"),
    ],
)
def test_the_names_are_those_that_faker_draws(language, country):
    fake = faker.Faker(country)
    fake.seed_instance(0)
    known = set(surnames.surnames_of(language))
    drawn = {fake.last_name() for _ in range(200)}
    assert len(drawn) > 50
    assert drawn <= known


def test_surnames_are_a_pure_function_of_the_seed(data):
    assert data == surnames.make(0)
    assert data["train"] != surnames.make(1)["train"]


def test_bad_arguments_get_one_clear_error():
    with pytest.raises(ValueError, match="at most 500 for Swedish, got 501"):
        surnames.make(per_language=501)
    with pytest.raises(ValueError, match="at least 1"):
        surnames.make(per_language=0)
    with pytest.raises(ValueError, match="got 'Klingon'"):
        surnames.surnames_of("Klingon")
