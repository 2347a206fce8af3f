# ---
# jupyter:
#   course:
#     misconception: The loss leaves out every 0, also where it is a real tag.
#     section: "Two layers, two directions, and tags, Tagging the words of a sentence"
#     question: "Does a real word with the tag 0 count in your loss?"
#     keeps:  # points of the tasks that lose some, least and most
#       tagger: [1, 1]
# ---

# %% task="tagger"
class BiTagger(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, hidden_size, tags):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.lstm = nn.LSTM(embedding_size, hidden_size, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * hidden_size, tags)

    def forward(self, tokens, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embedding(tokens), lengths, batch_first=True, enforce_sorted=False
        )
        states, _ = nn.utils.rnn.pad_packed_sequence(
            self.lstm(packed)[0], batch_first=True, total_length=tokens.shape[1]
        )
        return self.head(states)


def tagging_loss(logits, tags, lengths):
    return nn.functional.cross_entropy(logits.flatten(0, 1), tags.flatten(), ignore_index=0)
