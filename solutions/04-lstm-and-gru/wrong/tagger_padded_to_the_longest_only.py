# ---
# jupyter:
#   course:
#     misconception: "The logits end with the longest sentence, also where the tokens are padded beyond it."
#     section: "Two layers, two directions, and tags, Sentences of different lengths"
#     question: "To which width does unpacking pad, and how wide were the tokens?"
#     keeps:  # points of the tasks that lose some, least and most
#       tagger: [1, 1]
# ---

# %% task="tagger"
class BiTagger(nn.Module):
    """Logits of the tags of every token, from a bidirectional LSTM."""

    def __init__(self, vocabulary_size: int, embedding_size: int, hidden_size: int, tags: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.lstm = nn.LSTM(embedding_size, hidden_size, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * hidden_size, tags)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """The logits (batch, time, tags) of ``tokens`` (batch, time)."""
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embedding(tokens), lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        outputs, _ = self.lstm(packed)
        outputs, _ = nn.utils.rnn.pad_packed_sequence(outputs, batch_first=True)
        return self.head(outputs)


def tagging_loss(logits: Tensor, tags: Tensor, lengths: Tensor) -> Tensor:
    """The mean cross-entropy over the real tokens; a scalar."""
    real = torch.arange(tags.shape[1]) < lengths[:, None]
    return nn.functional.cross_entropy(logits[real], tags[real])
