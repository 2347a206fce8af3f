# ---
# jupyter:
#   course:
#     misconception: The LSTM reads forwards only.
#     section: "Two layers, two directions, and tags, Deep and bidirectional networks"
#     question: "Does a word's answer change when a later word changes?"
#     keeps:  # points of the tasks that lose some, least and most
#       tagger: [1, 1]
# ---

# %% task="tagger"
class BiTagger(nn.Module):
    def __init__(self, vocabulary_size, embedding_size, hidden_size, tags):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_size)
        self.lstm = nn.LSTM(embedding_size, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, tags)

    def forward(self, tokens, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embedding(tokens), lengths, batch_first=True, enforce_sorted=False
        )
        states, _ = nn.utils.rnn.pad_packed_sequence(
            self.lstm(packed)[0], batch_first=True, total_length=tokens.shape[1]
        )
        return self.head(states)


def tagging_loss(logits, tags, lengths):
    real = torch.arange(tags.shape[1]) < lengths.unsqueeze(1)
    return nn.functional.cross_entropy(logits[real], tags[real])
