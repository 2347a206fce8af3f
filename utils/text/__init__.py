"""From text to numbers: tokens, a vocabulary, batches, pretrained vectors, and BLEU to judge text by."""

from utils.text.batching import (
    BPTTBatches,
    LabelledBatch,
    PairBatch,
    labelled_batch,
    pad,
    pair_batch,
)
from utils.text.bleu import Bleu, bleu_score, corpus_bleu, sentence_bleu
from utils.text.buckets import BucketBatches, padding_waste, pair_batches
from utils.text.tokenizer import Tokenizer, get_tokenizer, tokenise_all
from utils.text.torchtext_adapter import Vectors, Vocab
from utils.text.vectors import Coverage, coverage, embedding_matrix, load_vectors
from utils.text.vocabulary import (
    BOS,
    EOS,
    PAD,
    UNK,
    build_vocabulary,
    denumericalise,
    denumericalise_all,
    load_vocabulary,
    numericalise,
    numericalise_all,
    save_vocabulary,
)

__all__ = [
    "BOS",
    "EOS",
    "PAD",
    "UNK",
    "BPTTBatches",
    "Bleu",
    "BucketBatches",
    "Coverage",
    "LabelledBatch",
    "PairBatch",
    "Tokenizer",
    "Vectors",
    "Vocab",
    "bleu_score",
    "build_vocabulary",
    "corpus_bleu",
    "coverage",
    "denumericalise",
    "denumericalise_all",
    "embedding_matrix",
    "get_tokenizer",
    "labelled_batch",
    "load_vectors",
    "load_vocabulary",
    "numericalise",
    "numericalise_all",
    "pad",
    "padding_waste",
    "pair_batch",
    "pair_batches",
    "save_vocabulary",
    "sentence_bleu",
    "tokenise_all",
]
