"""The three cells that a search through ten thousand found best (Jozefowicz et al., 2015)."""

from functools import partial

from utils.models.layers.cells import mut_project, mut_step
from utils.models.layers.derivatives import mut_project_backward, mut_step_backward
from utils.models.layers.recurrent import Recurrent
from utils.models.layers.unroll import Cell


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
