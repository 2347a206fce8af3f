"""How a gradient travels back through a recurrent layer, measured: Jacobians, their products, and Ω.

The layer is h_t = φ(W_hh h_{t-1} + W_xh x_t + b), as ``utils.models.RNN`` computes it. Its states come as
``states`` (batch, time, hidden_size), and ``slopes`` of the same shape holds φ' at every step, which the
states themselves tell: 1 - h² for tanh, and 1 where h > 0 for relu.

Source: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.
"""

import torch
from torch import Tensor


def slopes(states: Tensor, nonlinearity: str = "tanh") -> Tensor:
    """φ'(a_t), from h_t = φ(a_t).

    Raises ValueError if the nonlinearity is neither "tanh" nor "relu".
    """
    if nonlinearity == "tanh":
        return 1 - states.square()
    if nonlinearity == "relu":
        return (states > 0).to(states.dtype)
    raise ValueError(f"nonlinearity must be 'tanh' or 'relu', got {nonlinearity!r}")


def one_step_back(derivative: Tensor, slopes: Tensor, weight_hh: Tensor) -> Tensor:
    """From d/dh_t to d/dh_{t-1}, for rows ``derivative`` (..., hidden_size): d/dh_t diag(φ'(a_t)) W_hh."""
    return (derivative * slopes) @ weight_hh


def jacobian_norms(slopes: Tensor, weight_hh: Tensor) -> Tensor:
    """‖∂h_T/∂h_t‖, the largest singular value, for t = T, T-1, ..., 0: (batch, time + 1).

    ∂h_T/∂h_{t-1} = ∂h_T/∂h_t diag(φ'(a_t)) W_hh,    from ∂h_T/∂h_T = 1

    Entry k belongs to a distance of k steps. The product is kept at length 1 and its logarithm summed, so
    that nothing under- or overflows on the way.
    """
    batch, time, hidden_size = slopes.shape
    product = torch.eye(hidden_size, dtype=slopes.dtype, device=slopes.device).expand(batch, -1, -1)
    log_scale = slopes.new_zeros(batch)
    norms = [slopes.new_ones(batch)]
    for t in reversed(range(time)):
        product = one_step_back(product, slopes[:, t, None], weight_hh)
        norm = torch.linalg.matrix_norm(product, 2)
        log_scale = log_scale + norm.log()
        product = product / norm[:, None, None].clamp(min=torch.finfo(norm.dtype).tiny)
        norms.append(log_scale.exp())
    return torch.stack(norms, dim=1)


def state_gradients(slopes: Tensor, weight_hh: Tensor, last: Tensor) -> Tensor:
    """∂C/∂h_t for every t, when the loss C looks at h_T alone: (batch, time, hidden_size).

    ∂C/∂h_{t-1} = ∂C/∂h_t diag(φ'(a_t)) W_hh,    from ``last`` = ∂C/∂h_T, (batch, hidden_size)
    """
    gradient, gradients = last, [last]
    for t in reversed(range(1, slopes.shape[1])):
        gradient = one_step_back(gradient, slopes[:, t], weight_hh)
        gradients.append(gradient)
    return torch.stack(gradients[::-1], dim=1)


def omega(
    slopes: Tensor, weight_hh: Tensor, gradients: Tensor, least: float = 1e-20, squared: bool = False
) -> Tensor:
    """The regulariser Ω, the mean over items and steps of (‖∂C/∂h_t diag(φ') W_hh‖ / ‖∂C/∂h_t‖ - 1)².

    It is small when a step back neither shrinks nor stretches the gradient. Only W_hh is varied: as in the
    paper, ``slopes`` and ``gradients`` (the ∂C/∂h_t of ``state_gradients``) count as constants. Steps whose
    squared gradient is below ``least`` are left out, since no ratio can be trusted there.

    Equation (9) of the paper has the ratio itself; its equation (10) and the published code have
    ``squared``, the mean of (ratio² - 1)², which is about four times as large near a ratio of 1.
    """
    gradients, slopes = gradients.detach(), slopes.detach()
    before = one_step_back(gradients, slopes, weight_hh)
    lengths = gradients.square().sum(-1)
    counted = lengths > least
    if not counted.any():
        return weight_hh.new_zeros(())
    ratio = before.square().sum(-1)[counted] / lengths[counted]
    return ((ratio if squared else ratio.sqrt()) - 1).square().mean()
