"""The training loop of the course, with checkpoints, on one process or several."""

from utils.training.loop import History, fit

__all__ = ["History", "fit"]
