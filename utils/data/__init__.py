"""What the models learn from: data that the course makes, and published corpora, fetched and checked."""

from utils.data.dataset import Dataset
from utils.data.load import load
from utils.data.published.archives import DataError

__all__ = ["DataError", "Dataset", "load"]
