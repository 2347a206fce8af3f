"""The three cells that a search through ten thousand found best (Jozefowicz et al., 2015)."""

from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from utils.models.cells import mut_step
from utils.models.derivatives import mut_step_backward
from utils.models.layer import Recurrent
from utils.models.unroll import Cell


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
    bare: str | None  # the block in whose sum the formula has the bare x

    def weight_shapes(self, width: int) -> dict[str, tuple[int, ...]]:
        size = self.hidden_size
        rows_x = len(self._blocks_of_x(width)) * size
        rows_h = (2 if self.kind == 1 else 3) * size
        shapes: dict[str, tuple[int, ...]] = {"weight_ih": (rows_x, width), "weight_hh": (rows_h, size)}
        return shapes | {"bias": (3 * size,)} if self.bias else shapes

    def _blocks_of_x(self, width: int) -> list[str]:
        """The blocks of weight_ih; the bare x needs none if it is as wide as the state."""
        return [block for block in "zrh" if block != self.bare or width != self.hidden_size]

    def project(self, x: Tensor, weights: dict[str, Tensor]) -> Tensor:
        """All that has no h in the three sums, for all time steps at once."""
        products = F.linear(x, weights["weight_ih"]).split(self.hidden_size, dim=-1)
        sums = dict(zip(self._blocks_of_x(x.shape[-1]), products, strict=True))
        if self.bare is not None:
            sums.setdefault(self.bare, x)
        if self.kind == 1:
            sums["h"] = torch.tanh(sums["h"])
        joined = torch.cat([sums["z"], sums["r"], sums["h"]], dim=-1)
        return joined + weights["bias"] if self.bias else joined

    def cell(self) -> Cell:
        return Cell(partial(mut_step, kind=self.kind), partial(mut_step_backward, kind=self.kind))


class MUT1(MUT):
    """MUT1 of Jozefowicz et al. (2015).

    z = σ(W_xz x + b_z)
    r = σ(W_xr x + W_hr h + b_r)
    h' = tanh(W_hh (r ⊙ h) + tanh(x) + b_h) ⊙ z + h ⊙ (1 - z)

    The bare x stands in h', inside the tanh; W_hz does not exist. The rest is told in ``MUT``.
    """

    kind, bare = 1, "h"


class MUT2(MUT):
    """MUT2 of Jozefowicz et al. (2015).

    z = σ(W_xz x + W_hz h + b_z)
    r = σ(x + W_hr h + b_r)
    h' = tanh(W_hh (r ⊙ h) + W_xh x + b_h) ⊙ z + h ⊙ (1 - z)

    The bare x stands in r. The rest is told in ``MUT``.
    """

    kind, bare = 2, "r"


class MUT3(MUT):
    """MUT3 of Jozefowicz et al. (2015).

    z = σ(W_xz x + W_hz tanh(h) + b_z)
    r = σ(W_xr x + W_hr h + b_r)
    h' = tanh(W_hh (r ⊙ h) + W_xh x + b_h) ⊙ z + h ⊙ (1 - z)

    The rest is told in ``MUT``.
    """

    kind, bare = 3, None
