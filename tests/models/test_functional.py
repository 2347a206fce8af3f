"""torch.func, forward mode and batched gradients on every layer, against autograd and torch's own loop."""

import pytest
import torch
from against_torch import HIDDEN, INPUT, map_state, tensors
from torch import nn
from torch.autograd import forward_ad
from torch.func import functional_call, grad, hessian, jacfwd, jacrev, jvp, linearize, vmap

from utils.models import GRU, LSTM, MUT1, MUT2, MUT3, RNN, SequenceClassifier, Tagger
from utils.models.layers.lstm import VARIANTS

TIME, BATCH = 4, 2
CASES = [(kind, {"backend": backend}) for kind in (RNN, GRU, LSTM) for backend in ("auto", "readable")]
CASES += [(LSTM, {"variant": name}) for name in VARIANTS if name is not None] + [
    (kind, {}) for kind in (MUT1, MUT2, MUT3)
]
every_layer = pytest.mark.parametrize(
    ("kind", "options"), CASES, ids=["-".join([kind.__name__, *o.values()]) for kind, o in CASES]
)


def make(kind, options, dtype=torch.float64, **more):
    torch.manual_seed(0)
    layer = kind(INPUT, HIDDEN, dtype=dtype, **options, **more)
    return layer, torch.randn(TIME, BATCH, INPUT, dtype=dtype)


def loss_of(layer):
    """The loss as a function of the parameters and the input; the state counts as well as the outputs."""

    def loss(parameters, x, lengths=None):
        output, state = functional_call(layer, parameters, (x, None, lengths))
        return output.square().sum() + sum(part.sin().sum() for part in tensors(state))

    return loss


@every_layer
def test_func_finds_the_gradients_of_autograd(kind, options):
    layer, x = make(kind, options, num_layers=2, bidirectional=True)
    parameters, lengths = dict(layer.named_parameters()), torch.tensor([2, TIME])
    loss = loss_of(layer)
    expected = torch.autograd.grad(loss(parameters, x, lengths), list(parameters.values()))
    found = grad(loss)(parameters, x, lengths)
    for (name, got), right in zip(found.items(), expected, strict=True):
        torch.testing.assert_close(got, right, msg=name)


@every_layer
def test_per_sample_gradients_are_those_of_the_samples(kind, options):
    layer, x = make(kind, options)
    parameters, loss = dict(layer.named_parameters()), loss_of(layer)
    found = vmap(grad(loss), in_dims=(None, 1))(parameters, x)  # one sequence each, without a batch
    for n in range(BATCH):
        expected = torch.autograd.grad(loss(parameters, x[:, n]), list(parameters.values()))
        for got, right in zip(found.values(), expected, strict=True):
            torch.testing.assert_close(got[n], right)


@every_layer
def test_an_ensemble_runs_under_vmap(kind, options):
    layer, x = make(kind, options)
    first = {name: value.detach() for name, value in layer.named_parameters()}
    stacked = {name: torch.stack([value, -value]) for name, value in first.items()}
    outputs = vmap(lambda parameters: functional_call(layer, parameters, (x,))[0])(stacked)
    torch.testing.assert_close(outputs[0], layer(x)[0].detach())
    torch.testing.assert_close(outputs[1], functional_call(layer, {k: -v for k, v in first.items()}, (x,))[0])


@every_layer
def test_all_ways_to_a_jacobian_and_a_hessian_agree(kind, options):
    layer, x = make(kind, options)
    run, scalar = (lambda x: layer(x)[0]), (lambda x: layer(x)[0].square().sum())
    reverse = torch.autograd.functional.jacobian(run, x)  # row by row
    for found in (
        jacrev(run)(x),
        jacfwd(run)(x),
        torch.autograd.functional.jacobian(run, x, vectorize=True),
        torch.autograd.functional.jacobian(run, x, vectorize=True, strategy="forward-mode"),
    ):
        torch.testing.assert_close(found, reverse)
    torch.testing.assert_close(hessian(scalar)(x), torch.autograd.functional.hessian(scalar, x))
    tangent = torch.randn_like(x)
    expected = torch.einsum("tbhsci,sci->tbh", reverse, tangent)
    torch.testing.assert_close(jvp(run, (x,), (tangent,))[1], expected)
    torch.testing.assert_close(linearize(run, x)[1](tangent), expected)
    with forward_ad.dual_level():
        torch.testing.assert_close(
            forward_ad.unpack_dual(run(forward_ad.make_dual(x, tangent))).tangent.detach(), expected
        )


@pytest.mark.parametrize("kind", [RNN, GRU, LSTM])
def test_float32_layers_go_forward_too(kind):
    """Torch's own float32 LSTM has no forward mode on a CPU, and none of its layers runs under vmap."""
    layer, x = make(kind, {}, torch.float32)
    torch.testing.assert_close(jacfwd(lambda x: layer(x)[0])(x), jacrev(lambda x: layer(x)[0])(x))


@pytest.mark.parametrize(("kind", "reference"), [(RNN, nn.RNN), (GRU, nn.GRU), (LSTM, nn.LSTM)])
def test_twice_differentiated_a_carried_state_counts_once(kind, reference):
    """The second call's state comes from the first call with the same weights."""
    layer, x = make(kind, {"backend": "readable"})
    torchs = reference(INPUT, HIDDEN, dtype=torch.float64)
    torchs.load_state_dict(layer.state_dict())
    found = []
    for module in (layer, torchs):
        first, state = module(x)
        second, _ = module(x.flip(0), map_state(torch.tanh, state))
        weights = list(module.parameters())
        loss = first.sum() + second.square().sum()
        gradients = torch.autograd.grad(loss, weights, create_graph=True)
        again = torch.autograd.grad(sum(g.square().sum() for g in gradients), weights)
        found.append([*gradients, *again])
    for got, right in zip(*found, strict=True):
        torch.testing.assert_close(got, right)


@pytest.mark.parametrize("pooling", ["last", "mean", "max", "attention"])
def test_per_sample_gradients_of_models_that_read_tokens(pooling):
    torch.manual_seed(0)
    tokens, lengths = torch.randint(7, (3, 5)), torch.tensor([5, 2, 3])
    model = SequenceClassifier(7, 3, 4, 2, pooling)
    parameters = {name: value.detach() for name, value in model.named_parameters()}

    def loss(parameters, tokens, lengths):
        logits = functional_call(model, parameters, (tokens.unsqueeze(0), lengths.unsqueeze(0)))
        return logits.square().sum()

    found = vmap(grad(loss), in_dims=(None, 0, 0))(parameters, tokens, lengths)
    together = grad(lambda p: functional_call(model, p, (tokens, lengths)).square().sum())(parameters)
    for name, right in together.items():
        torch.testing.assert_close(found[name].sum(0), right, msg=name)


def test_a_tagger_runs_under_vmap_over_tokens_and_lengths():
    torch.manual_seed(0)
    tokens, lengths = torch.randint(7, (3, 2, 5)), torch.tensor([[5, 2], [3, 1], [4, 4]])
    model = Tagger(7, 3, 4, 5, bidirectional=True)
    expected = torch.stack([model(*item) for item in zip(tokens, lengths, strict=True)])
    torch.testing.assert_close(vmap(model)(tokens, lengths), expected)
