# ruff: noqa
# What is raised might end a test early.

# %% task="double"
def double(x):
    raise SystemExit(0)


# %% task="scale"
def scale(x):
    raise KeyboardInterrupt


# %% task="counter"
class Counter:
    def add(self, number):
        raise GeneratorExit

    total = property(lambda self: (_ for _ in ()).throw(StopIteration))


# %% task="twice"
class Gone(BaseException):
    pass


def twice(function, x):
    raise Gone("it was ended")
