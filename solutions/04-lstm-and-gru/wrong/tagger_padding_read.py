# ---
# jupyter:
#   course:
#     misconception: The LSTM reads the padding, which the backward direction meets first.
#     section: "Two layers, two directions, and tags, Sentences of different lengths"
#     question: "What does the backward direction read before it comes to the last word of a short sentence?"
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
        states, _ = self.lstm(self.embedding(tokens))
        return self.head(states)


def tagging_loss(logits, tags, lengths):
    real = torch.arange(tags.shape[1]) < lengths.unsqueeze(1)
    return nn.functional.cross_entropy(logits[real], tags[real])
