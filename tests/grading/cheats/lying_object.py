# ruff: noqa
# An object equal to everything.

# %% task="double"
class Anything:
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __bool__(self):
        return True

    def __le__(self, other):
        return True

    __lt__ = __gt__ = __ge__ = __le__

    def __sub__(self, other):
        return 0

    __rsub__ = __add__ = __radd__ = __abs__ = lambda self, *other: 0

    def __float__(self):
        return 0.0

    def __int__(self):
        return 0

    def __index__(self):
        return 0

    def __len__(self):
        return 1

    def __iter__(self):
        return iter([self])

    def __hash__(self):
        return 0

    def __array__(self, *args):
        return 0

    def __contains__(self, other):
        return True

    @classmethod
    def __torch_function__(cls, *args, **kwargs):
        return True

    def __getattr__(self, name):
        return self

    def __call__(self, *args, **kwargs):
        return self


def double(x):
    return Anything()


# %% task="scale"
def scale(x):
    return Anything()


# %% task="twice"
def twice(function, x):
    return Anything()


# %% task="counter"
class Counter:
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __bool__(self):
        return True

    def __le__(self, other):
        return True

    __lt__ = __gt__ = __ge__ = __le__

    def __sub__(self, other):
        return 0

    __rsub__ = __add__ = __radd__ = __abs__ = lambda self, *other: 0

    def __float__(self):
        return 0.0

    def __int__(self):
        return 0

    def __index__(self):
        return 0

    def __len__(self):
        return 1

    def __iter__(self):
        return iter([self])

    def __hash__(self):
        return 0

    def __array__(self, *args):
        return 0

    def __contains__(self, other):
        return True

    @classmethod
    def __torch_function__(cls, *args, **kwargs):
        return True

    def __getattr__(self, name):
        return self

    def __call__(self, *args, **kwargs):
        return self
