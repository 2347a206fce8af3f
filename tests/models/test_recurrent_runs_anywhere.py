"""What must hold for a GPU, a compiler, an exporter: checked here on every device there is."""

import importlib.util
import io
import os
import shutil
import sysconfig
from pathlib import Path

import pytest
import torch
from against_torch import BATCH, HIDDEN, INPUT, LENGTHS, TIME, map_state, tensors, tolerance
from torch import nn

from utils.models import GRU, LSTM, MUT1, MUT2, MUT3, RNN
from utils.models.layers.lstm import VARIANTS

CASES = [
    (RNN, {"backend": "auto"}),
    (RNN, {"backend": "readable"}),
    (GRU, {"backend": "auto"}),
    (GRU, {"backend": "readable"}),
    (LSTM, {"backend": "auto"}),
    (LSTM, {"backend": "readable"}),
    (LSTM, {"variant": "CIFG"}),
    (LSTM, {"variant": "FGR"}),
    (MUT1, {}),
    (MUT2, {}),
    (MUT3, {}),
]
NAMES = ["-".join([kind.__name__, *options.values()]) for kind, options in CASES]
every_case = pytest.mark.parametrize(("kind", "options"), CASES, ids=NAMES)
# what is exported has the loop over time unrolled, so that each step takes its time
STEPS, STEPS_OF_EACH = 3, [2, 3, 1, 3, 3]
READABLE = [
    (RNN, {}),
    (GRU, {}),
    *[(LSTM, {"variant": v}) for v in VARIANTS],
    (MUT1, {}),
    (MUT2, {}),
    (MUT3, {}),
]


def make(kind, device, **options):
    torch.manual_seed(0)
    return kind(INPUT, HIDDEN, num_layers=2, bidirectional=True, **options).to(device)


@pytest.mark.parametrize(("kind", "options"), READABLE)
def test_every_tensor_is_made_on_the_device_of_the_input(kind, options):
    """The meta device has no values: mixing devices, or looking at a value, raises."""
    layer = kind(
        INPUT, HIDDEN, num_layers=2, bidirectional=True, device="meta", backend="readable", **options
    )
    lengths = torch.empty(BATCH, dtype=torch.long, device="meta")
    for arguments in ((), (None, lengths)):
        output, state = layer(torch.empty(TIME, BATCH, INPUT, device="meta"), *arguments)
        assert output.shape == (TIME, BATCH, 2 * HIDDEN)
        assert {part.device.type for part in [output, *tensors(state)]} == {"meta"}
        sum(part.sum() for part in [output, *tensors(state)]).backward()


@every_case
@pytest.mark.parametrize("half", [torch.float16, torch.bfloat16])
def test_every_tensor_has_the_dtype_of_the_input(half, kind, options, device):
    layer = make(kind, device, dtype=half, **options)
    x = torch.randn(TIME, BATCH, INPUT, device=device, dtype=half)
    output, state = layer(x, lengths=torch.tensor(LENGTHS, device=device))
    assert {part.dtype for part in [output, *tensors(state)]} == {half}
    output.sum().backward()
    assert {parameter.grad.dtype for parameter in layer.parameters()} == {half}


@every_case
@pytest.mark.parametrize("ragged", [False, True], ids=["full", "ragged"])
def test_autocast(ragged, kind, options, device):
    layer = make(kind, device, **options)
    x = torch.randn(TIME, BATCH, INPUT, device=device, requires_grad=True)
    lengths = torch.tensor(LENGTHS, device=device) if ragged else None
    state = map_state(lambda part: torch.randn_like(part), layer(x)[1])
    for first in (None, state):
        exact, _ = layer(x, first, lengths)
        exact.square().sum().backward()
        exact_gradients = [parameter.grad for parameter in layer.parameters()]
        layer.zero_grad()
        with torch.autocast(device.type, dtype=torch.bfloat16):
            output, _ = layer(x, first, lengths)
        torch.testing.assert_close(output.float(), exact, atol=0.03, rtol=0.03)
        output.float().square().sum().backward()
        for parameter, gradient in zip(layer.parameters(), exact_gradients, strict=True):
            assert parameter.grad.dtype == torch.float32
            error = (parameter.grad - gradient).norm() / (gradient.norm() + 0.1)
            assert error < 0.05
        layer.zero_grad()


def test_in_autocast_the_readable_path_computes_in_the_short_dtype(device):
    layer = make(LSTM, device, variant="V")
    with torch.autocast(device.type, dtype=torch.bfloat16):
        output, state = layer(torch.randn(TIME, BATCH, INPUT, device=device))
    assert {part.dtype for part in [output, *state]} == {torch.bfloat16}


def test_sums_over_many_steps_are_kept_in_float32(device):
    """1000 steps that each add 1 to a weight's gradient; bfloat16 alone would stop counting at 256."""
    layer = RNN(
        1, 1, nonlinearity="relu", bias=False, backend="readable", device=device, dtype=torch.bfloat16
    )
    nn.init.zeros_(layer.weight_hh_l0)
    nn.init.ones_(layer.weight_ih_l0)
    layer(torch.ones(1001, 1, 1, device=device, dtype=torch.bfloat16))[0].sum().backward()
    assert layer.weight_hh_l0.grad.item() == 1000


@pytest.mark.slow
@every_case
def test_compiles_into_one_graph(kind, options, device):
    torch._dynamo.reset()
    torch.manual_seed(0)
    layer = kind(INPUT, HIDDEN, bidirectional=True, device=device, **options)
    compiled = torch.compile(layer, fullgraph=True, backend="aot_eager")
    x = torch.randn(3, 2, INPUT, device=device)  # the compiler unrolls the loop: short, or it takes long
    state = map_state(lambda part: torch.rand_like(part), layer(x)[1])
    for arguments in ((x,), (x, state, torch.tensor([1, 3], device=device))):
        results = []
        for model in (layer, compiled):
            layer.zero_grad()
            output, last = model(*arguments)
            output.square().sum().backward()
            results.append([output, *tensors(last), *(parameter.grad for parameter in layer.parameters())])
        for ours, expected in zip(*results, strict=True):
            bound = tolerance(x, on_cpu=1e-5)
            torch.testing.assert_close(ours, expected, atol=bound, rtol=bound)


def missing_for_machine_code() -> str:
    """What torch's compiler lacks here; empty when it has all."""
    if not any(map(shutil.which, filter(None, [os.environ.get("CXX"), "g++", "clang++", "c++"]))):
        return "there is no C++ compiler on this machine; install the package g++"
    if not Path(sysconfig.get_path("include"), "Python.h").is_file():
        return "Python's headers are not installed; install the package python3-dev"
    return ""


@pytest.mark.slow
@pytest.mark.skipif(bool(missing_for_machine_code()), reason=missing_for_machine_code())
def test_compiles_to_machine_code(device):
    """All the way through the default compiler, where it works."""
    torch._dynamo.reset()
    layer = LSTM(INPUT, HIDDEN, variant="V", device=device)
    x = torch.randn(3, BATCH, INPUT, device=device)
    compiled = torch.compile(layer, fullgraph=True)
    torch.testing.assert_close(compiled(x)[0], layer(x)[0], atol=1e-5, rtol=1e-5)


@pytest.mark.slow
@every_case
def test_exports(kind, options, device):
    """torch.export is what torch's ONNX exporter starts from."""
    layer = make(kind, device, **options).eval()
    x, lengths = torch.randn(STEPS, BATCH, INPUT, device=device), torch.tensor(STEPS_OF_EACH, device=device)
    program = torch.export.export(layer, (x, None, lengths))
    other = torch.randn(STEPS, BATCH, INPUT, device=device)
    output, state = program.module()(other, None, lengths)
    expected, expected_state = layer(other, None, lengths)
    for a, b in zip([output, *tensors(state)], [expected, *tensors(expected_state)], strict=True):
        torch.testing.assert_close(a, b, atol=1e-6, rtol=1e-6)


MISSING = [name for name in ("onnx", "onnxscript", "onnxruntime") if importlib.util.find_spec(name) is None]


@pytest.mark.slow
@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
@every_case
def test_onnx_gives_the_same_numbers(kind, options):
    import onnxruntime

    layer = make(kind, "cpu", **options).eval()
    x, lengths = torch.randn(STEPS, BATCH, INPUT), torch.tensor(STEPS_OF_EACH)
    file = io.BytesIO()
    torch.onnx.export(layer, (x, None, lengths), dynamo=True).save(file)
    session = onnxruntime.InferenceSession(file.getvalue())
    names = [value.name for value in session.get_inputs()]
    results = session.run(None, dict(zip(names, [x.numpy(), lengths.numpy()], strict=False)))
    output, state = layer(x, None, lengths)
    for ours, expected in zip(results, [output, *tensors(state)], strict=True):
        torch.testing.assert_close(torch.from_numpy(ours), expected.detach(), atol=1e-5, rtol=1e-5)


@every_case
def test_copies_pickles_and_moves(kind, options, device):
    layer = make(kind, "cpu", **options).double().to(device).float()
    file = io.BytesIO()
    torch.save(layer, file)
    file.seek(0)
    again = torch.load(file, weights_only=False)
    x = torch.randn(TIME, BATCH, INPUT, device=device)
    assert torch.equal(again(x)[0], layer(x)[0])


@every_case
def test_checkpointing_and_frozen_weights(kind, options, device):
    layer = make(kind, device, **options)
    layer.weight_hh_l0.requires_grad_(False)
    x = torch.randn(TIME, BATCH, INPUT, device=device, requires_grad=True)
    (plain,) = torch.autograd.grad(layer(x)[0].square().sum(), x)
    through = torch.utils.checkpoint.checkpoint(lambda x: layer(x)[0], x, use_reentrant=False)
    through.square().sum().backward()
    torch.testing.assert_close(x.grad, plain)
    assert layer.weight_hh_l0.grad is None
    assert layer.weight_ih_l0.grad is not None


@every_case
def test_a_graph_can_be_kept_and_is_freed_otherwise(kind, options, device):
    layer = make(kind, device, **options)
    x = torch.randn(TIME, BATCH, INPUT, device=device, requires_grad=True)
    loss = layer(x)[0].square().sum()
    (first,) = torch.autograd.grad(loss, x, retain_graph=True)
    (second,) = torch.autograd.grad(loss, x)
    assert torch.equal(first, second)
    with pytest.raises(RuntimeError, match="second time"):
        torch.autograd.grad(loss, x)
