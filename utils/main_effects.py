"""How much of a result does each setting of a search explain?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def main_effects(x: npt.ArrayLike, y: npt.ArrayLike, samples: int = 400, seed: int = 0) -> list[float]:
    """The share of the variance of ``y`` that each column of ``x`` explains alone, in a random forest's view.

    share_j = Var(E[f(x) | x_j]) / Var(f(x)), where f is a forest of 200 regression trees fitted to (x, y).
    All columns are drawn independently of one another, from what they are in ``x``. The rest up to 1 is what
    settings explain together. This is the first order of fANOVA (Hutter, Hoos and Leyton-Brown, 2014).

    Args:
        x: (runs, settings), with what is searched on a logarithmic scale as logarithms.
        y: (runs,) results.
        samples: settings over which means and variances are taken.

    Raises ValueError if ``x`` and ``y`` do not fit together.
    """
    from sklearn.ensemble import RandomForestRegressor  # takes seconds to import

    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if x.ndim != 2 or y.shape != x.shape[:1]:
        raise ValueError(f"x must be (runs, settings) and y (runs,), got {x.shape} and {y.shape}")
    forest = RandomForestRegressor(200, min_samples_leaf=2, random_state=seed).fit(x, y)
    rng = np.random.default_rng(seed)
    drawn = np.stack([rng.choice(column, samples) for column in x.T], axis=1)
    total = forest.predict(drawn).var()
    if total == 0:
        return [0.0] * x.shape[1]
    shares = []
    for column in range(x.shape[1]):
        means = np.empty(samples)
        for value in np.unique(drawn[:, column]):
            changed = drawn.copy()
            changed[:, column] = value
            means[drawn[:, column] == value] = forest.predict(changed).mean()
        shares.append(float(means.var() / total))
    return shares
