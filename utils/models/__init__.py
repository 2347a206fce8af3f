"""The recurrent systems of the course, each written once; nothing here knows data, text or training."""

from utils.models.forecaster import Forecaster
from utils.models.recurrent import RNN

__all__ = ["RNN", "Forecaster"]
