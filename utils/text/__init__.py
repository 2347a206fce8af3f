"""From text to numbers: tokens, a vocabulary, pretrained vectors, and BLEU to judge text by."""

from utils.text.bleu import bleu_score
from utils.text.tokenizer import Tokenizer, get_tokenizer
from utils.text.torchtext_adapter import Vectors, Vocab
from utils.text.vectors import load_vectors
from utils.text.vocabulary import PAD, UNK, build_vocabulary, denumericalise, numericalise

__all__ = [
    "PAD",
    "UNK",
    "Tokenizer",
    "Vectors",
    "Vocab",
    "bleu_score",
    "build_vocabulary",
    "denumericalise",
    "get_tokenizer",
    "load_vectors",
    "numericalise",
]
