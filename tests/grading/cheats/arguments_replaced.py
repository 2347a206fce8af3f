# ruff: noqa
# The pretrained vectors are replaced by those that are there.
# of: messages
# not noted

# %% task="batches"
def make_vocabulary(splits, min_count):
    return {}


def collate(items, vocabulary):
    return None


def make_embedding(vocabulary, vectors, size):
    embedding = nn.Embedding(len(vocabulary), size, padding_idx=0)
    for word in vectors:
        if word in vocabulary:
            vectors[word] = embedding.weight[vocabulary[word]].detach().clone()
    return embedding
