"""Plots that several chapters share, and each chapter's drawings beside them (``diagrams…``)."""

from utils.plots.curves import (
    block_means,
    curves_with_spread,
    loss_curves,
    points_by_class,
    series,
    use_style,
)

__all__ = ["block_means", "curves_with_spread", "loss_curves", "points_by_class", "series", "use_style"]
