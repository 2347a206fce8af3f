"""What the tests' process accepts from a student's: data whose parts fit each other, and not too much."""

import collections
import os
import random
import struct

import msgpack
import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence

from utils.grading.exchange import channel, reader
from utils.grading.exchange.channel import unpack
from utils.grading.exchange.nodes import BadNode
from utils.grading.exchange.peer import STUDENT, TESTS, Peer
from utils.grading.exchange.reader import Reader
from utils.grading.exchange.writer import Writer
from utils.grading.processes.student_handle import checked

MUTATIONS = int(os.environ.get("COURSE_MUTATIONS", 3000))
MERSENNE = 2**61 - 1  # Python's hash of a whole number is its remainder by this
Point = collections.namedtuple("Point", "x y")


def read(node):
    return Reader(Peer(None, TESTS)).value(node)


def nothing_of(number: int) -> str:
    return str(number * MERSENNE)


FORGED = {
    "a quantized tensor": ["x", 0, None, ["quint8", [4], bytes(4)]],
    "packed bits": ["x", 0, None, ["quint4x2", [4], bytes(4)]],
    "no dtype": ["x", 0, None, [["float32"], [1], bytes(4)]],
    "a size below zero": ["x", 0, None, ["float32", [-1, -1], bytes(4)]],
    "a size to be found": ["x", 0, None, ["float32", [-1], bytes(8)]],
    "sizes that overflow": ["x", 0, None, ["uint8", [2**32, 2**32], bytes(0)]],
    "sizes of nothing that overflow": ["x", 0, None, ["uint8", [0, 2**62, 2**62], bytes(0)]],
    "sizes that are no whole numbers": ["x", 0, None, ["float32", [1.0], bytes(4)]],
    "too many sizes": ["x", 0, None, ["float32", [1] * 65, bytes(4)]],
    "values that are missing": ["x", 0, None, ["float32", [100], bytes(4)]],
    "values as text": ["x", 0, None, ["float32", [1], "abcd"]],
    "an array of objects": ["a", 0, "|O8", [1], bytes(8)],
    "an array of records": ["a", 0, "f8,f8", [1], bytes(16)],
    "an array with a size to be found": ["a", 0, "<f8", [-1], bytes(8)],
    "an array of no characters": ["a", 0, "<U1", [1], b"\xff\xff\xff\x7f"],
    "a number of an array": ["as", "<f8", bytes(4)],
    "a long whole number": ["i", "9" * 10**6],
    "a whole number of another kind": ["i", [1]],
    "keys of one hash": ["d", 0, False, [[["i", nothing_of(n)], 0] for n in range(1000)]],
    "a set of one hash": ["s", 0, [["i", nothing_of(n)] for n in range(1000)]],
    "a frozen set of one hash": ["f", [["c", float(n), -n / 1000003.0] for n in [0] * 1000]],
    "nested": None,  # see below
    "lists that hold each other twice": ["t", [["l", 0, [1, 1]]]],
    "a tuple of many fields": ["nt", "P", [f"f{n}" for n in range(1000)], [0] * 1000],
    "a packed sequence of text": ["pk", "a", "b", None, None],
    "an object without a description": ["R", 0, 7],
    "a module's parameter that is text": [
        "m",
        0,
        "torch.nn.modules.linear.Linear",
        {},
        {"weight": "a"},
        {},
        {},
    ],
    "a module's part with a dot": ["m", 0, "torch.nn.modules.linear.Linear", {}, {}, {"a.b": None}, {}],
    "a module's module that is a number": ["m", 0, "torch.nn.modules.linear.Linear", {}, {}, {}, {"a": 1}],
    "an extension": msgpack.ExtType(1, b"x"),
    "a generator": ["g", 3],
}
for _ in range(250):
    FORGED["nested"] = ["t", [FORGED["nested"]]]
for number in range(1, 40):
    FORGED["lists that hold each other twice"][1].append(
        ["l", number, [["r", number - 1], ["r", number - 1]]]
    )
FORGED["a frozen set of one hash"] = ["f", [["t", [["i", nothing_of(n)]]] for n in range(1000)]]


@pytest.mark.parametrize("name", FORGED)
def test_what_no_writer_writes_is_refused(name):
    with pytest.raises(BadNode):
        read(FORGED[name])


@pytest.mark.parametrize(
    "lengths, order",
    [([1, 2], None), ([2, 2], None), ([3, 0], None), ([2, 1], [0, 0]), ([2, 1], [0, 5]), ([], None)],
)
def test_a_packed_sequence_fits_its_data(lengths, order):
    data = ["x", 0, None, ["float32", [3, 1], bytes(12)]]
    sizes = ["x", 1, None, ["int64", [len(lengths)], struct.pack(f"={len(lengths)}q", *lengths)]]
    indices = order and ["x", 2, None, ["int64", [len(order)], struct.pack(f"={len(order)}q", *order)]]
    with pytest.raises(BadNode):
        read(["pk", data, sizes, indices, None])


def test_a_byte_that_is_no_boolean_is_one_in_an_array():
    assert read(["a", 0, "|b1", [2], b"\x02\x00"]).view(np.uint8).tolist() == [1, 0]


FRAMES = {
    "a list of many": b"\xdd" + (5_000_000).to_bytes(4, "big") + b"\xc0" * 5_000_000,
    "many lists": b"\xdd" + (3_000_000).to_bytes(4, "big") + b"\x90" * 3_000_000,
    "many short texts": b"\xdd" + (2_500_000).to_bytes(4, "big") + b"\xa1a" * 2_500_000,
    "heads of large lists": b"\xdd\x00\x1e\x84\x80" * 1000,
    "heads of large dicts": b"\xdf\x00\x1e\x84\x80\x01" * 1000,
    "an extension": b"\xc7\x01\x05a",
    "an extension of nothing": b"\xc7\x00\x05",
    "a time": b"\xd6\xff\x00\x00\x00\x01",
    "half a text": b"\xdb\xff\xff\xff\xffab",
    "no text": b"\xa1\xff",
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_is_no_larger_than_its_values_may_be(name, monkeypatch):
    built = []
    real = msgpack.unpackb
    monkeypatch.setattr(
        channel.msgpack, "unpackb", lambda *args, **more: built.append(1) or real(*args, **more)
    )
    with pytest.raises((ValueError, TypeError, msgpack.UnpackException)):
        unpack(bytearray(FRAMES[name]))
    assert not built or len(FRAMES[name]) < channel.MOST, "it was built before its values were counted"


def test_large_tensors_and_long_texts_are_few_values():
    content = {
        "a": bytes(5_000_000),
        "b": "x" * 3_000_000,
        "c": [1, -1, 1 << 40, 1.5, None, {"d": b"e" * 300}],
    }
    assert unpack(bytearray(msgpack.packb(content))) == content


def test_outputs_of_a_cell_are_cut_and_its_error_is_not():
    text = {"output_type": "stream", "name": "stdout", "text": "x" * 150_000}
    endless = []
    for _ in range(40):
        endless = [endless, endless]  # its text would have 2^40 brackets
    error = {"output_type": "error", "ename": "E", "evalue": "e", "traceback": [endless, "line"]}
    made = checked([text] * 50 + [error])
    assert sum(len(output.get("text", "")) for output in made) < 5_000_000
    assert made[-2]["text"] == "… the rest was cut.\n"
    assert made[-1] == {**error, "traceback": ["", "line"]} or made[-1] == {**error, "traceback": []}


VALUES = [
    [1, -2.5, "text", b"bytes", None, True, 2**80, 1 + 2j, [[], [0]], (1, (2,)), Point(1, 2)],
    [{1: 2, "a": [3], (1, 2): {4}}, {1, 2}, frozenset({1, "b"}), slice(1, 2), range(3), ...],
    [torch.randn(2, 3), torch.zeros(0, 3), torch.tensor([True, False]), torch.ones(3, dtype=torch.bfloat16)],
    [torch.nn.Parameter(torch.ones(2)), torch.ones(2, requires_grad=True) * 2, torch.Size([1, 2])],
    [np.arange(6).reshape(2, 3), np.float32(1.5), np.array(["ab", "c"]), np.array([True]), torch.float32],
    [pack_sequence([torch.ones(3, 2), torch.ones(2, 2)]), torch.device("cpu"), int, nn.Linear, torch.tanh],
    [nn.Linear(2, 3), nn.LSTM(2, 3), nn.Sequential(nn.Embedding(4, 2), nn.Tanh()), nn.GRUCell(2, 2)],
    [lambda x: x, iter([1]), object()],
]


def use(value, depth=0) -> None:
    """What a test might do with an answer."""
    if (
        depth < 5
        and isinstance(value, list | tuple)
        and not isinstance(value, torch.nn.utils.rnn.PackedSequence)
    ):
        for item in value[:100]:
            use(item, depth + 1)
    elif isinstance(value, torch.nn.utils.rnn.PackedSequence):
        pad_packed_sequence(value)
    elif isinstance(value, torch.Tensor) and value.numel() < 10**6:
        value.detach().double().sum()
        value.detach().contiguous().clone()
        repr(value)
    elif isinstance(value, np.ndarray) and value.size < 10**6:
        repr(value + 0 if value.dtype.kind in "iufc" else value.tolist())
    elif isinstance(value, nn.Linear):
        value(torch.ones(1, 2))
    elif isinstance(value, nn.LSTM | nn.GRU):
        value(torch.ones(1, 1, 2))


def mutated(node, chance: random.Random):
    """The node with one part of it replaced."""
    if isinstance(node, list) and node and chance.random() < 0.85:
        at = chance.randrange(len(node))
        return [*node[:at], mutated(node[at], chance), *node[at + 1 :]]
    if isinstance(node, dict) and node and chance.random() < 0.85:
        key = chance.choice(list(node))
        return {**node, key: mutated(node[key], chance)}
    if isinstance(node, bytes) and chance.random() < 0.7:
        return node[: chance.randrange(len(node) + 1)] + chance.randbytes(chance.randrange(9))
    others = [
        None,
        -1,
        0,
        1,
        3,
        2**31,
        2**62,
        -(2**63),
        float("nan"),
        "",
        "quint8",
        "float64",
        "complex32",
        b"",
        b"\xff" * 8,
    ]
    others += [[], [[]], {}, {"": []}, "<U4", "__class__", "torch.nn.modules.rnn.GRU", list(reader.READERS)]
    others += [[node, node], ["r", 0], ["l", 0, [["r", 0]]], ["R", 1, {}], ["p", [1, 0]], [node] * 50]
    others += [[tag, *node[1:]] for tag in reader.READERS if isinstance(node, list)]
    return chance.choice(others)


def test_mutated_messages_are_read_or_refused():
    """Nothing else comes of them; above all, this process does not end."""
    chance = random.Random(0)
    nodes = []
    for values in VALUES:
        writer = Writer(Peer(None, STUDENT))
        nodes.append(writer.node(values))
    outcomes = collections.Counter()
    for number in range(MUTATIONS):
        node = nodes[number % len(nodes)]
        for _ in range(chance.choice([1, 1, 2, 4])):
            node = mutated(node, chance)
        try:
            packed = msgpack.packb(node, use_bin_type=True)
            value = read(unpack(bytearray(packed)))
        except (BadNode, ValueError, TypeError, msgpack.UnpackException) as error:
            outcomes[type(error).__name__] += 1
            continue
        outcomes["read"] += 1
        try:
            use(value)
        except (RuntimeError, ValueError, TypeError, IndexError, AttributeError):
            outcomes["of no use"] += 1
    assert outcomes["BadNode"] > MUTATIONS / 10 and outcomes["read"] > MUTATIONS / 10, outcomes


def test_a_parameter_and_what_was_computed_from_it_come_in_one_answer():
    weight = nn.Parameter(torch.tensor([1.0, 2.0]))
    student, tests = Peer(None, STUDENT, {"made": lambda: (weight, 3 * weight, [weight])}), Peer(None, TESTS)
    question = {"ask": "made", "target": 0, "name": "", "args": [], "kwargs": {}}
    for _ in range(2):  # the second time it is known
        got, tripled, (again,) = tests.read_answer(student.answer(question), Writer(tests))
        assert again is got and isinstance(got, nn.Parameter) and got.tolist() == [1.0, 2.0]
        assert tripled.requires_grad and tripled.tolist() == [3.0, 6.0]
