# ---
# jupyter:
#   course:
#     misconception: The tagger is the course's own, which the task forbids.
#     section: "Two layers, two directions, and tags, Tagging the words of a sentence"
#     question: "Which functions does the task's text rule out?"
#     keeps:  # points of the tasks that lose some, least and most
#       tagger: [1, 1]
# ---

# %% task="tagger"
from utils.models import LSTM, Tagger


class BiTagger(Tagger):
    def __init__(self, vocabulary_size, embedding_size, hidden_size, tags):
        super().__init__(vocabulary_size, embedding_size, hidden_size, tags, bidirectional=True, cell=LSTM)


def tagging_loss(logits, tags, lengths):
    real = torch.arange(tags.shape[1]) < lengths.unsqueeze(1)
    return nn.functional.cross_entropy(logits[real], tags[real])
