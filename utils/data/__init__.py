"""What the models learn from: data that the course makes, and published corpora, fetched and checked."""

from utils.data.archives import DataError
from utils.data.dataset import Dataset
from utils.data.load import load

__all__ = ["DataError", "Dataset", "load"]
