# ruff: noqa
# %% [markdown]
# # A small assignment to attack

# %% given="imports"
import torch
from torch import Tensor, nn

from utils import checks

FORBIDDEN = ("torch.cumsum", "torch.Tensor.cumsum")


# %% task="double"
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


# %% test="double" checks="values" points=1
checks.true(checks.call(double, 2) == 4, "double(2) is 4.")
### BEGIN HIDDEN TESTS
secret = int(torch.randint(1000, 10**6, (), generator=checks.fresh_generator()))
answer = checks.call(double, secret)
assert answer == 2 * secret, "double is wrong for a random number"
assert not answer != 2 * secret
### END HIDDEN TESTS


# %% task="scale"
def scale(x):
    ### BEGIN SOLUTION
    return 2 * x + 1
    ### END SOLUTION


# %% test="scale" checks="values" points=1
checks.close("scale by hand", checks.call(scale, torch.tensor([0.3125])), torch.tensor([1.625]))
### BEGIN HIDDEN TESTS
x = torch.randn(4, 3, generator=checks.fresh_generator())
expected = 2 * x + 1
answer = checks.call(scale, x)
checks.close("scale of random numbers", answer, expected)
assert torch.allclose(answer, expected)
### END HIDDEN TESTS


# %% task="counter"
class Counter:
    ### BEGIN SOLUTION
    def __init__(self):
        self.numbers = []

    def add(self, number):
        self.numbers.append(number)

    @property
    def total(self):
        return sum(self.numbers)

    def __len__(self):
        return len(self.numbers)

    ### END SOLUTION


# %% test="counter" checks="values" points=1
counter = checks.call(Counter)
counter.add(3)
checks.true(counter.total == 3 and len(counter) == 1, "After add(3) the total is 3.")
### BEGIN HIDDEN TESTS
numbers = torch.randint(1000, (5,), generator=checks.fresh_generator()).tolist()
for number in numbers:
    counter.add(number)
checks.true(counter.total == 3 + sum(numbers), "The total of random numbers is wrong.")
### END HIDDEN TESTS


# %% task="layer"
class Layer(nn.Module):
    ### BEGIN SOLUTION
    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(outputs, inputs))

    def forward(self, x):
        return torch.tanh(x @ self.weight.T)

    ### END SOLUTION


# %% test="layer" checks="values" points=1
layer = checks.call(Layer, 2, 1)
checks.shape("the output", checks.call(layer, torch.ones(5, 2)), (5, 1))
### BEGIN HIDDEN TESTS
generator = checks.fresh_generator()
weight, x = torch.randn(1, 2, generator=generator), torch.randn(5, 2, generator=generator)
expected = torch.tanh(x @ weight.T)
with torch.no_grad():
    layer.weight.copy_(weight)
answer = checks.call(layer, x)
checks.close("the output for random weights", answer, expected)
answer.sum().backward()
checks.close("the gradient", layer.weight.grad, (1 - expected**2).T @ x)
### END HIDDEN TESTS


# %% task="sums"
def sums(x):
    ### BEGIN SOLUTION
    total, found = 0, []
    for number in x:
        total = total + number
        found.append(total)
    return torch.stack(found)
    ### END SOLUTION


# %% test="sums" checks="values" points=1
with checks.forbidden(*FORBIDDEN):
    answer = checks.call(sums, torch.tensor([0.25, 1.5]))
checks.close("the running sums by hand", answer, torch.tensor([0.25, 1.75]))
### BEGIN HIDDEN TESTS
x = torch.randn(6, generator=checks.fresh_generator())
expected = torch.tril(torch.ones(6, 6)) @ x
with checks.forbidden(*FORBIDDEN):
    answer = checks.call(sums, x)
checks.close("the running sums of random numbers", answer, expected)
### END HIDDEN TESTS


# %% task="twice"
def twice(function, x):
    ### BEGIN SOLUTION
    return function(function(x))
    ### END SOLUTION


# %% test="twice" checks="values" points=1
checks.true(checks.call(twice, lambda number: number + 1, 5) == 7, "Adding 1 twice to 5 gives 7.")
### BEGIN HIDDEN TESTS
offset = int(torch.randint(10**6, (), generator=checks.fresh_generator()))


def secret_function(number):
    if number < 0:
        raise ValueError("the secret function takes no negative number")
    return 3 * number + offset


expected = 3 * (3 * 7 + offset) + offset
assert checks.call(twice, secret_function, 7) == expected, "twice is wrong for another function"
### END HIDDEN TESTS
