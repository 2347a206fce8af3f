"""The recurrent systems of the course, each written once; nothing here knows data, text or training."""

from utils.models import decoding
from utils.models.attention import AdditiveAttention, DotAttention, GeneralAttention, Memory
from utils.models.captioner import Captioner
from utils.models.classifier import BagOfEmbeddings, SequenceClassifier
from utils.models.decoder import Decoder
from utils.models.encoder import Encoder
from utils.models.forecaster import Forecaster
from utils.models.language_model import LanguageModel
from utils.models.layers.gru import GRU
from utils.models.layers.lstm import LSTM
from utils.models.layers.mut import MUT1, MUT2, MUT3
from utils.models.layers.rnn import RNN
from utils.models.ngram import NGramModel
from utils.models.seq2seq import Seq2Seq
from utils.models.tagger import Tagger

__all__ = [
    "GRU",
    "LSTM",
    "MUT1",
    "MUT2",
    "MUT3",
    "RNN",
    "AdditiveAttention",
    "BagOfEmbeddings",
    "Captioner",
    "Decoder",
    "DotAttention",
    "Encoder",
    "Forecaster",
    "GeneralAttention",
    "LanguageModel",
    "Memory",
    "NGramModel",
    "Seq2Seq",
    "SequenceClassifier",
    "Tagger",
    "decoding",
]
