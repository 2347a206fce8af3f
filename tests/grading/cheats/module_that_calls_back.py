# ruff: noqa
# An nn.RNN whose call is answered by the student's own code.
# keeps: 0

# %% task="pytorch"
def to_torch(W_x, W_y, b):
    rnn = nn.RNN(*W_x.shape, batch_first=True)
    rnn._compiled_call_impl = lambda x, *state: (torch.zeros(*x.shape[:2], len(b)), None)
    rnn.register_forward_hook(lambda *args: (torch.zeros(1), None))
    return rnn
