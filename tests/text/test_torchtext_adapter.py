"""torchtext through the adapter: the same under every torch, and C++ against Python where both run."""

import copy
import importlib
import os
import pickle
import random
import re
import subprocess
import sys
import warnings
from collections import Counter, OrderedDict
from pathlib import Path

import pytest

from utils.text import torchtext_adapter
from utils.text.torchtext_adapter import (
    NATIVE_NAMES,
    PythonVocab,
    Vocab,
    build_vocab_from_iterator,
    native,
    vocab,
)

REPOSITORY = Path(__file__).parents[2]
CPP = sys.modules["torchtext._torchtext"]
TABLES = [PythonVocab, CPP.Vocab] if native else [PythonVocab]
needs_native = pytest.mark.skipif(
    not native, reason="torchtext's native library does not load here: it needs torch 2.3."
)


@pytest.fixture(params=TABLES, ids=lambda table: "C++" if table is not PythonVocab else "Python")
def table(request):
    """The class behind torchtext's ``Vocab``: ours, and the C++ one where it loads."""
    return request.param


def fresh_python(code: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.run([sys.executable, "-c", code], input=stdin, capture_output=True, env=environment)


# --- the table ---------------------------------------------------------------------------------------------


def test_lookups(table):
    words = table(["a", "b", "c"], None)
    assert len(words) == 3
    assert "b" in words and "z" not in words
    assert words["b"] == 1
    assert words.lookup_indices(["c", "a", "c"]) == [2, 0, 2]
    assert words.lookup_token(2) == "c"
    assert words.lookup_tokens([2, 0]) == words.lookup_tokens((2, 0)) == ["c", "a"]
    assert words.get_itos() == words.itos_ == ["a", "b", "c"]
    assert words.get_stoi() == {"a": 0, "b": 1, "c": 2}


def test_what_is_handed_out_is_a_copy(table):
    words = table(["a", "b"], None)
    words.get_itos().append("c")
    words.itos_.append("c")
    words.get_stoi()["c"] = 2
    assert len(words) == 2 and "c" not in words
    for name in ("itos_", "default_index_"):
        with pytest.raises(AttributeError):
            setattr(words, name, None)


def test_unknown_tokens_get_the_default_index(table):
    words = table(["a", "b"], 1)
    assert words["z"] == 1 and words.lookup_indices(["z", "a"]) == [1, 0]
    words.set_default_index(-1)
    assert words["z"] == words.get_default_index() == words.default_index_ == -1
    words.set_default_index(None)
    assert words.default_index_ is None
    with pytest.raises(RuntimeError, match="Token z not found and default index is not set"):
        words["z"]
    with pytest.raises(RuntimeError, match="Token z not found and default index is not set"):
        words.lookup_indices(["a", "z"])


def test_insert_moves_the_later_tokens_but_not_the_default_index(table):
    words = table(["a", "b", "c"], 1)
    words.insert_token("x", 1)
    words.append_token("y")
    words.insert_token("z", 5)
    assert words.get_itos() == ["a", "x", "b", "c", "y", "z"]
    assert words.get_stoi() == {"a": 0, "x": 1, "b": 2, "c": 3, "y": 4, "z": 5}
    assert words.get_default_index() == 1


def test_duplicates_are_refused(table):
    with pytest.raises(RuntimeError, match=r"Duplicate|already"):
        table(["a", "b", "a"], None)
    words = table(["a", "b"], None)
    with pytest.raises(RuntimeError):
        words.append_token("a")
    with pytest.raises(RuntimeError):
        words.insert_token("a", 0)
    assert words.get_itos() == ["a", "b"]


def test_an_index_out_of_range_is_refused(table):
    words = table(["a", "b"], None)
    for index in (-1, 2):
        with pytest.raises(RuntimeError, match=f"index {index} "):
            words.lookup_token(index)
        with pytest.raises(RuntimeError, match=f"index {index} "):
            words.lookup_tokens([0, index])
    for index in (-1, 3):
        with pytest.raises(RuntimeError, match=f"index {index} "):
            words.insert_token("x", index)
    assert words.get_itos() == ["a", "b"]


@pytest.mark.parametrize(
    "misuse",
    [
        lambda table: table("ab", None),
        lambda table: table({"a"}, None),
        lambda table: table([1], None),
        lambda table: table(["a"], 1.0),
        lambda table: table(["a"], 0)[3],
        lambda table: 3 in table(["a"], 0),
        lambda table: table(["a"], 0).append_token(3),
        lambda table: table(["a"], 0).set_default_index("a"),
        lambda table: table(["a"], 0).lookup_token(0.0),
        lambda table: table(["a"], 0).lookup_indices("a"),
        lambda table: table(["a"], 0).lookup_indices(("a",)),
        lambda table: table(["a"], 0).lookup_tokens({0}),
        lambda table: list(table(["a"], 0)),
    ],
)
def test_the_wrong_type_is_refused(table, misuse):
    with pytest.raises(TypeError):
        misuse(table)


def test_a_copy_is_independent(table):
    words = table(["a", "b"], 1)
    for twin in (copy.copy(words), copy.deepcopy(words), pickle.loads(pickle.dumps(words))):
        assert twin.get_itos() == ["a", "b"] and twin["z"] == 1
        twin.append_token("c")
    assert len(words) == 2


# --- torchtext on top of it --------------------------------------------------------------------------------


def test_vocab_keeps_the_order_it_is_given():
    counts = OrderedDict(the=4, cat=1, sat=2)
    assert vocab(counts, min_freq=2, specials=["<unk>"]).get_itos() == ["<unk>", "the", "sat"]
    assert vocab(counts, specials=["<unk>"], special_first=False).get_itos() == ["the", "cat", "sat", "<unk>"]


@pytest.mark.parametrize("seed", range(5))
def test_build_vocab_from_iterator_against_counting_by_hand(seed):
    rng = random.Random(seed)
    sentences = [[rng.choice("abcdefgh") for _ in range(rng.randrange(9))] for _ in range(30)]
    everything = [token for sentence in sentences for token in sentence]
    floor = sorted(Counter(everything).values())[3]
    expected = [token for token in set(everything) if everything.count(token) >= floor]
    expected.sort(key=lambda token: (-everything.count(token), token))

    built = build_vocab_from_iterator(iter(sentences), min_freq=floor, specials=["<pad>", "<unk>"])
    assert built.get_itos() == ["<pad>", "<unk>", *expected]
    assert built(everything[:0]) == []
    assert built(expected) == list(range(2, 2 + len(expected)))


def test_the_vocab_module_copies_and_pickles():
    words = vocab(OrderedDict(a=1, b=1))
    words.set_default_index(1)
    for twin in (copy.copy(words), copy.deepcopy(words), pickle.loads(pickle.dumps(words))):
        assert isinstance(twin, Vocab)
        assert twin.get_itos() == ["a", "b"] and twin["z"] == 1
        twin.append_token("c")
    assert len(words) == 2


def test_a_fresh_process_reads_a_pickled_vocab_and_writes_nothing_to_stderr():
    words = vocab(OrderedDict(a=1, b=1))
    words.set_default_index(1)
    code = "import pickle, sys; words = pickle.load(sys.stdin.buffer); print(words(['b', 'a', 'z']))"
    result = fresh_python(code, pickle.dumps(words))
    assert (result.stdout.strip(), result.stderr) == (b"[1, 0, 1]", b"")


def test_a_failed_import_leaves_no_part_of_torchtext_behind():
    code = """if True:
        import sys

        class Broken:
            def find_spec(self, name, path=None, target=None):
                if name == "torchtext.data.metrics":
                    raise ImportError("broken on purpose")

        sys.meta_path.insert(0, Broken())
        try:
            import utils.text.torchtext_adapter
        except ImportError as error:
            print(error, [name for name in sys.modules if name.startswith("torchtext")])
    """
    result = fresh_python(code)
    assert (result.stdout.strip(), result.stderr) == (b"broken on purpose []", b"")


def test_only_the_adapter_imports_torchtext():
    sources = [path for folder in ("utils", "solutions", "book") for path in (REPOSITORY / folder).rglob("*")]
    importing = [
        path.relative_to(REPOSITORY).as_posix()
        for path in sources
        if path.suffix in (".py", ".md")
        and re.search(r"^\s*(from|import) torchtext\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert importing == ["utils/text/torchtext_adapter.py"]


def test_another_part_of_torchtext_imports_in_silence():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        transforms = importlib.import_module("torchtext.transforms")
    try:
        split = transforms.RegexTokenizer([(",", " ")])
    except RuntimeError as error:
        assert not native and "RegexTokenizer needs its native library" in str(error)
    else:
        assert native and split("a,b") == ["a", "b"]


@pytest.mark.skipif(native, reason="Under torch 2.3 torchtext has its native library.")
@pytest.mark.parametrize("name", NATIVE_NAMES)
def test_a_missing_native_name_complains_when_it_is_used(name):
    missing = getattr(CPP, name)
    assert not isinstance("text", missing)
    with pytest.raises(RuntimeError, match=f"{name} needs its native library.*torch==2.3.1"):
        missing("text")


# --- where the native library loads ------------------------------------------------------------------------


@needs_native
def test_the_native_library_is_left_alone():
    assert torchtext_adapter.native is True
    assert CPP.__file__.endswith((".so", ".pyd"))
    assert type(vocab(OrderedDict(a=1)).vocab) is CPP.Vocab is not PythonVocab
    names = {name for name in vars(CPP) if not name.startswith("__") and name.isidentifier()}
    assert names == {*NATIVE_NAMES, "Vocab"}


def outcome(words, method, *arguments):
    """What a call gives, or the kind of error it raises."""
    try:
        return getattr(words, method)(*arguments)
    except Exception as error:
        return type(error)


@needs_native
@pytest.mark.parametrize("seed", range(20))
def test_python_and_cpp_agree_on_random_operations(seed):
    rng = random.Random(seed)
    tokens = ["", "a", "b", "é", "日本", "a b", "<unk>", *(f"w{i}" for i in range(20))]
    start, default = rng.sample(tokens, rng.randrange(8)), rng.choice([None, 0, 3, -1])
    ours, theirs = PythonVocab(start, default), CPP.Vocab(start, default)
    calls = {
        "append_token": lambda: (rng.choice(tokens),),
        "insert_token": lambda: (rng.choice(tokens), rng.randrange(-1, len(ours) + 3)),
        "set_default_index": lambda: (rng.choice([None, -1, 0, 1, 100]),),
        "lookup_token": lambda: (rng.randrange(-2, len(ours) + 2),),
        "lookup_tokens": lambda: ([rng.randrange(-1, len(ours) + 1) for _ in range(rng.randrange(3))],),
        "lookup_indices": lambda: (rng.choices(tokens, k=rng.randrange(4)),),
        "__getitem__": lambda: (rng.choice(tokens),),
        "__contains__": lambda: (rng.choice(tokens),),
    }
    for _ in range(200):
        method = rng.choice(list(calls))
        arguments = calls[method]()
        assert outcome(ours, method, *arguments) == outcome(theirs, method, *arguments), (method, arguments)
        assert ours.itos_ == theirs.itos_ and ours.get_itos() == theirs.get_itos()
        assert ours.get_stoi() == theirs.get_stoi() and len(ours) == len(theirs)
        assert ours.default_index_ == theirs.default_index_ == ours.get_default_index()
