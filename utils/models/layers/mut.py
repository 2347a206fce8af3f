"""The three cells that a search through ten thousand found best (Jozefowicz et al., 2015)."""

from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.models.layers.projection import (
    Saved,
    State,
    Weights,
    add_product,
    sigmoid_backward,
    tanh_backward,
)
from utils.models.layers.recurrent import Recurrent
from utils.models.layers.unroll import Cell


def mut_step(projected: Tensor, state: State, weights: Weights, kind: int) -> tuple[State, Saved]:
    """One step of the cell MUT1, MUT2 or MUT3 (``kind`` 1, 2, 3; Jozefowicz et al., 2015).

    MUT1: z = σ(W_xz x + b_z)
          r = σ(W_xr x + W_hr h + b_r)
          n = tanh(W_hh (r ⊙ h) + tanh(x) + b_h)
    MUT2: z = σ(W_xz x + W_hz h + b_z)
          r = σ(x + W_hr h + b_r)
          n = tanh(W_hh (r ⊙ h) + W_xh x + b_h)
    MUT3: z = σ(W_xz x + W_hz tanh(h) + b_z)
          r = σ(W_xr x + W_hr h + b_r)
          n = tanh(W_hh (r ⊙ h) + W_xh x + b_h)
    and in all of them
          h_t = n ⊙ z + h_{t-1} ⊙ (1 - z)

    ``weight_hh`` stacks W_hz, W_hr, W_hh: (3 * hidden_size, hidden_size); MUT1 has no W_hz, so its
    ``weight_hh`` is (2 * hidden_size, hidden_size). ``projected`` holds all that has no h, for z, r and n.
    """
    (hidden,) = state
    from_z, from_r, from_n = projected.chunk(3, dim=1)
    weight_z, weight_r, weight_n = mut_weights(weights["weight_hh"], kind)
    sources = {1: None, 2: hidden, 3: torch.tanh(hidden)}
    source_z = sources[kind]
    z = torch.sigmoid(from_z if source_z is None else torch.addmm(from_z, source_z, weight_z.t()))
    r = torch.sigmoid(torch.addmm(from_r, hidden, weight_r.t()))
    reset = r * hidden
    n = torch.tanh(torch.addmm(from_n, reset, weight_n.t()))
    return (torch.lerp(hidden, n, z),), (hidden, source_z, z, r, reset, n)


def mut_step_backward(
    d_state: State,
    saved: tuple[Tensor | None, ...],
    weights: Weights,
    gradients: Weights,
    d_projected: Tensor,
    kind: int,
) -> State:
    """Line by line the reverse of ``mut_step``."""
    (d_hidden,) = d_state
    hidden, source_z, z, r, reset, n = saved
    assert hidden is not None and z is not None and r is not None and reset is not None and n is not None
    weight_z, weight_r, weight_n = mut_weights(weights["weight_hh"], kind)
    sum_z, sum_r, sum_n = mut_weights(gradients["weight_hh"], kind)
    # h = n ⊙ z + h_before ⊙ (1 - z)
    d_n = d_hidden * z
    d_before = d_hidden - d_n
    d_sum_z = sigmoid_backward(d_hidden * (n - hidden), z)
    # n = tanh(projected_n + W_hh (r ⊙ h_before))
    d_sum_n = tanh_backward(d_n, n)
    add_product(sum_n, d_sum_n, reset)
    d_reset = d_sum_n @ weight_n
    d_before = torch.addcmul(d_before, d_reset, r)
    # r = σ(projected_r + W_hr h_before)
    d_sum_r = sigmoid_backward(d_reset * hidden, r)
    add_product(sum_r, d_sum_r, hidden)
    d_before = torch.addmm(d_before, d_sum_r, weight_r)
    # z = σ(projected_z + W_hz h_before), or with tanh(h_before), or without
    torch.cat([d_sum_z, d_sum_r, d_sum_n], dim=1, out=d_projected)
    if source_z is None:
        return (d_before,)
    add_product(sum_z, d_sum_z, source_z)
    d_source = d_sum_z @ weight_z
    return (d_before + (tanh_backward(d_source, source_z) if kind == 3 else d_source),)


def mut_project(x: Tensor, weights: Weights, kind: int) -> Tensor:
    """All that has no h in the sums of MUT's z, r and n (see ``mut_step``), for all time steps at once.

    ``weight_ih`` stacks W_xz, W_xr, W_xh; where the formula has the bare x, the block is there only if x must
    be projected to the width of h.
    """
    size = weights["weight_hh"].shape[1]
    products = F.linear(x, weights["weight_ih"]).split(size, dim=-1)
    sums = dict(zip(mut_blocks(weights, kind), products, strict=True))
    from_n = sums.get("n", x)
    if kind == 1:
        from_n = torch.tanh(from_n)
    joined = torch.cat([sums["z"], sums.get("r", x), from_n], dim=-1)
    return joined + weights["bias"] if "bias" in weights else joined


def mut_project_backward(
    d_projected: Tensor, x: Tensor, d_x: Tensor | None, weights: Weights, gradients: Weights, kind: int
) -> None:
    if "bias" in gradients:
        gradients["bias"].add_(d_projected.sum((0, 1)))
    blocks = mut_blocks(weights, kind)
    d_sums = dict(zip("zrn", d_projected.chunk(3, dim=-1), strict=True))
    if kind == 1:
        size = weights["weight_hh"].shape[1]
        from_n = F.linear(x, weights["weight_ih"][2 * size :]) if "n" in blocks else x
        d_sums["n"] = tanh_backward(d_sums["n"], torch.tanh(from_n))
    d_product = torch.cat([d_sums.pop(block) for block in blocks], dim=-1)
    add_product(gradients["weight_ih"], d_product, x)
    if d_x is not None:
        torch.matmul(d_product, weights["weight_ih"], out=d_x)
        for d_bare in d_sums.values():  # what is left has no block: it adds the bare x
            d_x.add_(d_bare)


def mut_blocks(weights: Weights, kind: int) -> str:
    """The sums that have a block of rows in ``weight_ih``."""
    if len(weights["weight_ih"]) == 3 * weights["weight_hh"].shape[1]:
        return "zrn"
    return {1: "zr", 2: "zn"}[kind]


def mut_weights(weight_hh: Tensor, kind: int) -> tuple[Tensor, Tensor, Tensor]:
    """W_hz, W_hr and W_hh, from their stack; MUT1's W_hz has no rows."""
    size = weight_hh.shape[1]
    rows_z = 0 if kind == 1 else size
    weight_z, weight_r, weight_n = weight_hh.split([rows_z, size, size])
    return weight_z, weight_r, weight_n


class MUT(Recurrent):
    """What MUT1, MUT2 and MUT3 share; arguments, call and errors are ``RNN``'s, without the nonlinearity.

    For layer k there are, with the blocks stacked along the rows in the order z, r, h,

    - ``weight_ih_lk``: W_xz, W_xr and W_xh, those that the formula has,
    - ``weight_hh_lk``: W_hz, W_hr and W_hh, those that the formula has,
    - ``bias_lk`` (3 * hidden_size,): b_z, b_r and b_h, unless ``bias=False``,

    with the suffix ``_reverse`` for the backward direction. Where the formula adds the bare x, the input must
    be as wide as the state. An input of another width is projected first: x becomes W x in that place, and W
    (without bias) stands in ``weight_ih_lk`` in the block that the formula leaves free.
    """

    kind: int
    bare: bool  # whether the formula has the bare x

    def weight_shapes(self, width: int) -> dict[str, tuple[int, ...]]:
        size = self.hidden_size
        rows_x = (2 if self.bare and width == size else 3) * size
        rows_h = (2 if self.kind == 1 else 3) * size
        shapes: dict[str, tuple[int, ...]] = {"weight_ih": (rows_x, width), "weight_hh": (rows_h, size)}
        return shapes | {"bias": (3 * size,)} if self.bias else shapes

    def cell(self) -> Cell:
        return Cell(
            partial(mut_project, kind=self.kind),
            partial(mut_step, kind=self.kind),
            partial(mut_project_backward, kind=self.kind),
            partial(mut_step_backward, kind=self.kind),
        )


class MUT1(MUT):
    """MUT1 of Jozefowicz et al. (2015).

    z = σ(W_xz x + b_z)
    r = σ(W_xr x + W_hr h + b_r)
    h' = tanh(W_hh (r ⊙ h) + tanh(x) + b_h) ⊙ z + h ⊙ (1 - z)

    The bare x stands in h', inside the tanh; W_hz does not exist. The rest is told in ``MUT``.
    """

    kind, bare, mode = 1, True, "MUT1"


class MUT2(MUT):
    """MUT2 of Jozefowicz et al. (2015).

    z = σ(W_xz x + W_hz h + b_z)
    r = σ(x + W_hr h + b_r)
    h' = tanh(W_hh (r ⊙ h) + W_xh x + b_h) ⊙ z + h ⊙ (1 - z)

    The bare x stands in r. The rest is told in ``MUT``.
    """

    kind, bare, mode = 2, True, "MUT2"


class MUT3(MUT):
    """MUT3 of Jozefowicz et al. (2015).

    z = σ(W_xz x + W_hz tanh(h) + b_z)
    r = σ(W_xr x + W_hr h + b_r)
    h' = tanh(W_hh (r ⊙ h) + W_xh x + b_h) ⊙ z + h ⊙ (1 - z)

    The rest is told in ``MUT``.
    """

    kind, bare, mode = 3, False, "MUT3"
