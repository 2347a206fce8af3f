import csv
import os
import re
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import pytest
from real_data import needs_course_data

from utils.data.published.registry import CORPORA

FILES = [(corpus, file) for corpus in CORPORA.values() for file in corpus.files]

DOCUMENTED = {
    "sms": [5_574],
    "names": [20_050],
    "rt-polarity": [10_662],
    "imdb": [25_000, 25_000],
    "movie-reviews": [2_000],
    "tatoeba": [142_787],
    "multi30k": [29_000, 1_014, 1_000],
    "multi30k-de": [29_000, 1_014, 1_000],
    "tinyshakespeare": [1_115_394],
    "ud-ewt": [12_544, 2_001, 2_077],
    "jsb": [229, 76, 77],
    "glove": [400_000],
}


def test_the_documented_counts():
    assert {name: list(corpus.counts.values()) for name, corpus in CORPORA.items()} == DOCUMENTED


@pytest.mark.parametrize("corpus", CORPORA.values(), ids=CORPORA.keys())
def test_every_set_says_whose_it_is(corpus):
    assert corpus.title and corpus.unit and corpus.licence and corpus.files
    assert re.search(r"\d{4}|tatoeba\.org", corpus.citation)


@pytest.mark.parametrize("file", [file for _, file in FILES], ids=[file.path for _, file in FILES])
def test_every_file_has_a_pinned_address_and_a_hash(file):
    address = urlsplit(file.url)
    assert address.scheme == "https"
    assert re.fullmatch("[0-9a-f]{64}", file.sha256)
    if address.hostname == "raw.githubusercontent.com":  # a commit, not a branch that moves
        assert re.search("/[0-9a-f]{40}/", address.path)
    place = PurePosixPath(file.path)
    assert not place.is_absolute() and ".." not in place.parts
    assert place.name == (file.member or PurePosixPath(address.path).name)


def test_one_hash_for_one_place():
    hashes = {}
    for _, file in FILES:
        assert hashes.setdefault(file.path, file.sha256) == file.sha256
    assert len(set(hashes.values())) == len(hashes)


@needs_course_data
def test_the_hashes_are_those_of_the_list_beside_the_copies():
    manifest = Path(os.environ["COURSE_DATA"]) / "MANIFEST.tsv"
    if not manifest.is_file():
        pytest.skip("COURSE_DATA holds no MANIFEST.tsv")
    listed = {
        row["path"]: row["sha256"]
        for row in csv.DictReader(manifest.read_text().splitlines(), delimiter="\t")
    }
    stand_ins = [corpus.stand_in.file for corpus in CORPORA.values() if corpus.stand_in]
    known = {file.path: file.sha256 for file in [file for _, file in FILES] + stand_ins}
    assert listed.items() <= known.items()
    assert known.keys() - listed.keys() == {"imdb/aclImdb_v1.tar.gz", "glove/glove.6B.zip"}
