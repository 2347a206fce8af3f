"""What chapter 3 measures, trains and draws with: utils.jacobians against autograd, starts, figures."""

import matplotlib.pyplot as plt
import pytest
import torch
from matplotlib.text import Text

from utils import jacobians, plots
from utils.chapters import gradients
from utils.data.made.tasks import temporal_order
from utils.models import RNN
from utils.plots import diagrams_gradients


@pytest.fixture(autouse=True)
def one_thread():
    """Threads that wait for each other take longer than products as small as these."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(params=["tanh", "relu"])
def read(request):
    """A layer of 5 units after 6 steps of 3 sequences: (nonlinearity, states, weight_hh, last_state)."""
    torch.manual_seed(7)
    rnn = RNN(4, 5, nonlinearity=request.param, batch_first=True, dtype=torch.float64)
    x = torch.randn(3, 6, 4, dtype=torch.float64)

    def last_state(h, t, item):
        """h_T of one sequence from its h_t."""
        return rnn(x[item : item + 1, t:], h.view(1, 1, 5))[1].flatten()

    return request.param, rnn(x)[0].detach(), rnn.weight_hh_l0.detach(), last_state


def by_autograd(read, t, item):
    """∂h_T/∂h_t, t counted from 1."""
    _, states, _, last_state = read
    return torch.autograd.functional.jacobian(lambda h: last_state(h, t, item), states[item, t - 1])


def test_norms_are_those_of_autograds_jacobian(read):
    nonlinearity, states, weight_hh, _ = read
    norms = jacobians.jacobian_norms(jacobians.slopes(states, nonlinearity), weight_hh)
    assert norms.shape == (3, 7)
    assert torch.equal(norms[:, 0], torch.ones(3, dtype=torch.float64))
    for item in range(3):
        for t in range(1, 6):
            expected = torch.linalg.svdvals(by_autograd(read, t, item))[0]
            assert norms[item, 6 - t].item() == pytest.approx(expected.item(), rel=1e-10)


def test_norms_do_not_underflow_on_the_way():
    slopes = torch.ones(1, 400, 2)
    weight = torch.diag(torch.tensor([0.5, 0.25]))
    norms = jacobians.jacobian_norms(slopes, weight)
    assert norms[0, 100].item() == pytest.approx(0.5**100, rel=1e-3)
    assert norms.isfinite().all()


def test_a_dead_layer_has_norm_zero():
    norms = jacobians.jacobian_norms(torch.zeros(2, 3, 4), torch.eye(4))
    assert torch.equal(norms, torch.tensor([[1.0, 0, 0, 0]]).expand(2, 4))


def test_state_gradients_are_those_of_autograd(read):
    nonlinearity, states, weight_hh, _ = read
    last = torch.randn(3, 5, dtype=torch.float64)
    slopes = jacobians.slopes(states, nonlinearity)
    gradients = jacobians.state_gradients(slopes, weight_hh, last)
    assert torch.equal(gradients[:, -1], last)
    for item in range(3):
        for t in range(1, 6):
            expected = last[item] @ by_autograd(read, t, item)
            torch.testing.assert_close(gradients[item, t - 1], expected)


def test_omega_by_hand():
    # One unit: the gradient 2 becomes 2 · 0.5 · 3 = 3, a ratio of 1.5; its square distance from 1 is 0.25.
    weight = torch.tensor([[3.0]], requires_grad=True)
    value = jacobians.omega(torch.tensor([[[0.5]]]), weight, torch.tensor([[[2.0]]]))
    value.backward()
    assert value.item() == pytest.approx(0.25)
    assert weight.grad.item() == pytest.approx(2 * 0.5 * 0.5)  # 2 (ratio - 1) · slope


def test_omega_of_squared_ratios_by_hand():
    # As above, the ratio is 1.5: (1.5² - 1)² = 1.5625, with the derivative 2 (1.5² - 1) · 2 · 1.5 · 0.5.
    weight = torch.tensor([[3.0]], requires_grad=True)
    value = jacobians.omega(torch.tensor([[[0.5]]]), weight, torch.tensor([[[2.0]]]), squared=True)
    value.backward()
    assert value.item() == pytest.approx(1.5625)
    assert weight.grad.item() == pytest.approx(2 * 1.25 * 2 * 1.5 * 0.5)


def test_omega_is_zero_for_an_orthogonal_matrix_without_activation():
    weight = torch.linalg.qr(torch.randn(4, 4, dtype=torch.float64)).Q
    gradients = torch.randn(2, 3, 4, dtype=torch.float64)
    assert jacobians.omega(torch.ones_like(gradients), weight, gradients).item() == pytest.approx(0)


def test_omega_leaves_vanished_gradients_out():
    weight = torch.eye(2, requires_grad=True)
    gradients = torch.tensor([[[1.0, 0.0], [0.0, 0.0]]])
    value = jacobians.omega(torch.full((1, 2, 2), 0.5), weight, gradients)
    assert value.item() == pytest.approx(0.25)
    assert jacobians.omega(torch.ones(1, 2, 2), weight, torch.zeros(1, 2, 2)).item() == 0


def test_an_unknown_nonlinearity_is_named():
    with pytest.raises(ValueError, match="'tanh' or 'relu', got 'sigmoid'"):
        jacobians.slopes(torch.zeros(1, 1, 1), "sigmoid")


def spectrum(start):
    torch.manual_seed(0)
    return torch.linalg.svdvals(gradients.make_rnn(start).weight_hh_l0.detach())


def test_each_start_has_the_singular_values_that_it_promises():
    for start in ("orthogonal", "identity", "ReLU, identity"):
        torch.testing.assert_close(spectrum(start), torch.ones(32))
    assert 1.6 < spectrum("scaled")[0] < 2.2  # about 2 for N(0, 1/n)
    assert 0.9 < spectrum("PyTorch's")[0] < 1.3  # about 2/√3


def test_a_start_of_another_name_is_refused():
    with pytest.raises(ValueError, match="got 'zero'"):
        gradients.make_rnn("zero")


def test_a_cut_keeps_the_answer_and_stops_the_gradient():
    reader = gradients.Reader(gradients.make_rnn("orthogonal"))
    x = gradients.one_hot(temporal_order(4, 20, seed=0)[0]).requires_grad_()
    whole, _ = reader(x)
    cut, states = reader(x, cut=5)
    torch.testing.assert_close(cut, whole)
    assert states.shape == (4, 5, 32)
    cut.sum().backward()
    assert x.grad[:, :15].abs().max() == 0
    assert (x.grad[:, 15:].abs().amax(dim=(0, 2)) > 0).all()


@pytest.mark.parametrize("normalisation", ["layer", "batch"])
def test_a_normalised_layer_does_not_feel_the_scale_of_its_weights(normalisation):
    torch.manual_seed(0)
    rnn = gradients.NormalisedRNN(normalisation, scale=0.7, steps=10)
    x = gradients.one_hot(temporal_order(16, 10, seed=0)[0])
    states, last = rnn(x)
    with torch.no_grad():
        for weight in (rnn.weight_hh.weight, rnn.weight_ih.weight):
            weight.mul_(8)
    torch.testing.assert_close(rnn(x)[0], states, atol=0.02, rtol=0)  # ε makes the rest
    assert torch.equal(states[:, -1], last)
    # before tanh, scale and shift, the sums have mean 0 and deviation 1 over units or over the batch
    sums = states[:, 3].detach().atanh() / 0.7
    axis = {"layer": 1, "batch": 0}[normalisation]
    assert sums.mean(dim=axis).abs().max() < 1e-4
    assert 0.9 < sums.std(dim=axis, correction=0).min() <= 1.001


def trained(updates):
    torch.manual_seed(3)
    reader = gradients.Reader(gradients.make_rnn("orthogonal"))
    gradients.train_on_order(reader, seed=3, length=10, updates=updates)
    return reader


def test_training_is_the_same_for_the_same_seed():
    first, second = (torch.nn.utils.parameters_to_vector(trained(5).parameters()) for _ in range(2))
    assert torch.equal(first, second)


def test_training_lowers_the_errors():
    assert gradients.order_errors(trained(150), length=10) < 0.1  # guessing errs in 0.75


def test_omega_in_training_moves_the_recurrent_weights_towards_the_edge():
    def ratio(alpha):
        torch.manual_seed(0)
        reader = gradients.Reader(gradients.make_rnn("PyTorch's"))
        gradients.train_on_order(reader, seed=0, updates=30, alpha=alpha, squared=True)
        return torch.linalg.matrix_norm(reader.rnn.weight_hh_l0.detach(), 2)

    assert ratio(10.0) > 1.1 * ratio(0.0)


def test_letters_and_their_sensitivities_must_match():
    with pytest.raises(ValueError, match="'one' has 2 values, but there are 3 letters"):
        diagrams_gradients.sensitivities("abX", {"one": [1.0, 0.1]})


@pytest.fixture
def figures():
    plots.use_style()
    descending = [10.0**-k for k in range(15)]
    yield {
        "way back": diagrams_gradients.way_back(),
        "sensitivities": diagrams_gradients.sensitivities("abX", {"one": [1e-9, 0.1, 2.0]}),
        "norms": diagrams_gradients.norms_and_bounds(
            {"one": [descending, descending]}, {"one": [1.0] * 15}, ylabel="norm"
        ),
        "cliff": diagrams_gradients.cliff(
            [0, 1, 2], [0, 1], [[0, 0, 1], [0, 1, 1]], [(1, 0.5), (1.1, 0.5)], (90, -7)
        ),
        "clipping": diagrams_gradients.clipping((4.0, 1.3), by_norm=1.0, by_value=1.0),
        "errors": diagrams_gradients.errors_by_recipe(
            {"good": [0.0, 0.01], "mixed": [0.005, 0.5]}, solved=0.01, guessing=0.75
        ),
    }
    plt.close("all")


def test_figures_can_be_read_on_a_phone(figures):
    for name, figure in figures.items():
        assert figure.get_figwidth() <= 5.5, name
        sizes = [text.get_fontsize() for text in figure.findobj(Text) if text.get_text()]
        assert min(sizes, default=10) >= 10, name


def test_a_bound_is_drawn_beside_its_norms(figures):
    norms, bound = figures["norms"].axes[0].lines
    assert norms.get_ydata()[3] == pytest.approx(1e-3)
    assert list(bound.get_ydata()) == [1.0] * 15


def test_circles_meet_the_criterion_and_crosses_do_not(figures):
    marks = [line.get_marker() for line in figures["errors"].axes[0].lines]
    assert marks[:4] == ["o", "o", "o", "x"]
