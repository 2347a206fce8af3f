# ---
# jupyter:
#   course:
#     way: An iterator object instead of a generator, and a backward pass under inference mode.
# ---

# %% task="output"
@torch.inference_mode()
def output_layer(states, U, b_2, targets):
    logits = states @ U.T + b_2
    log_y_hat = logits - logits.logsumexp(-1, keepdim=True)
    rows = torch.arange(targets.numel())
    loss = -log_y_hat.flatten(0, 1)[rows, targets.flatten()].mean()
    delta = log_y_hat.exp().flatten(0, 1)
    delta[rows, targets.flatten()] -= 1
    delta = (delta / targets.numel()).view_as(log_y_hat)
    return loss, delta @ U, delta.flatten(0, 1).T @ states.flatten(0, 1), delta.sum((0, 1))


# %% task="batches"
class text_batches:
    def __init__(self, tokens, batch_size, seq_length):
        self.width = (len(tokens) - 1) // batch_size
        used = self.width * batch_size
        self.inputs = tokens[:used].reshape(batch_size, self.width)
        self.targets = tokens[1 : used + 1].reshape(batch_size, self.width)
        self.seq_length, self.start = seq_length, 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.start >= self.width:
            raise StopIteration
        piece = slice(self.start, self.start + self.seq_length)
        self.start += self.seq_length
        return self.inputs[:, piece], self.targets[:, piece]
