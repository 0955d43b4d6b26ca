"""Tensors from data, filled, in a sequence, and at random."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from tests.autograd.reference import assert_same

# fmt: off
CALLS: dict[str, Callable[[Any], Any]] = {
    "float":                 lambda m: m.tensor(1.5),
    "int":                   lambda m: m.tensor(2),
    "bool":                  lambda m: m.tensor(True),
    "list of ints":          lambda m: m.tensor([1, 2]),
    "ints and floats":       lambda m: m.tensor([[1, 2.5], [3, 4]]),
    "bools":                 lambda m: m.tensor([True, False]),
    "bools and ints":        lambda m: m.tensor([True, 2]),
    "empty list":            lambda m: m.tensor([]),
    "empty lists":           lambda m: m.tensor([[], []]),
    "large int":             lambda m: m.tensor(2**40),
    "list of tensors":       lambda m: m.tensor([m.tensor(1.0), m.tensor(2.0)]),
    "with a dtype":          lambda m: m.tensor([1.7, -1.7], dtype=m.int64),
    "Python's float":        lambda m: m.tensor([1, 2], dtype=float),
    "Python's int":          lambda m: m.tensor([1.5, 2.5], dtype=int),
    "Python's bool":         lambda m: m.tensor([0, 2], dtype=bool),
    "float64 array":         lambda m: m.tensor(np.array([1.5, 2.5])),
    "NumPy number":          lambda m: m.tensor(np.float64(1.5)),
    "list of NumPy numbers": lambda m: m.tensor([np.float64(1.5)]),
    "as_tensor":             lambda m: m.as_tensor([1, 2], dtype=m.float32),
    "zeros":                 lambda m: m.zeros(2, 3),
    "zeros of a tuple":      lambda m: m.zeros((2, 3), dtype=m.int64),
    "zeros, 0-d":            lambda m: m.zeros(()),
    "zeros of a shape":      lambda m: m.zeros(m.ones(2, 3).shape),
    "ones":                  lambda m: m.ones(3, dtype=m.bool),
    "full":                  lambda m: m.full((2,), 3),
    "full of floats":        lambda m: m.full((2, 2), 1.5),
    "full of bools":         lambda m: m.full((2,), True),
    "zeros_like":            lambda m: m.zeros_like(m.ones(2, dtype=m.float64)),
    "ones_like":             lambda m: m.ones_like(m.zeros(2, 3), dtype=m.int64),
    "full_like":             lambda m: m.full_like(m.zeros(2, dtype=m.int64), 2),
    "eye":                   lambda m: m.eye(3),
    "eye, wide":             lambda m: m.eye(2, 3, dtype=m.int64),
    "arange":                lambda m: m.arange(5),
    "arange of a float":     lambda m: m.arange(2.5),
    "arange, step":          lambda m: m.arange(1, 2, 0.25),
    "arange, backwards":     lambda m: m.arange(5, 0, -2),
    "arange of nothing":     lambda m: m.arange(0),
    "arange, dtype":         lambda m: m.arange(3, dtype=m.float64),
    "linspace":              lambda m: m.linspace(0, 1, 5),
    "linspace of one":       lambda m: m.linspace(3, 10, 1),
    "linspace of none":      lambda m: m.linspace(3, 10, steps=0),
}
# fmt: on


@pytest.mark.parametrize("name", CALLS)
def test_made_as_in_pytorch(name: str, torch: ModuleType) -> None:
    assert_same(CALLS[name](mg), CALLS[name](torch))


def test_tensor_copies_and_from_numpy_shares() -> None:
    array = np.zeros(2, np.float32)
    copied, shared, also_shared = mg.tensor(array), mg.from_numpy(array), mg.as_tensor(array)
    array[0] = 5
    assert (copied.tolist(), shared.tolist(), also_shared.tolist()) == ([0, 0], [5, 0], [5, 0])
    shared[1] = 7
    assert array.tolist() == [5, 7]


def test_as_tensor_gives_a_tensor_back_itself() -> None:
    x = mg.ones(2)
    assert mg.as_tensor(x) is x
    assert mg.as_tensor(x, dtype=mg.float64) is not x


def test_tensor_of_a_tensor_has_no_history() -> None:
    x = mg.ones(2, requires_grad=True)
    copy = mg.tensor(x.detach())
    assert (copy.requires_grad, np.shares_memory(copy.numpy(), x.detach().numpy())) == (False, False)


@pytest.mark.parametrize("make", [mg.zeros, mg.ones, mg.rand, mg.randn, mg.empty], ids=lambda make: make.__name__)
def test_requires_grad_makes_a_leaf(make: Callable[..., mg.Tensor]) -> None:
    x = make(2, 3, requires_grad=True)
    assert (x.is_leaf, x.requires_grad, x.shape, x.dtype) == (True, True, (2, 3), mg.float32)


# -- at random ---------------------------------------------------------------------------------------------------------

RANDOM: dict[str, Callable[..., mg.Tensor]] = {
    "rand": lambda **options: mg.rand(1000, **options),
    "randn": lambda **options: mg.randn(1000, **options),
    "rand_like": lambda **options: mg.rand_like(mg.zeros(1000), **options),
    "randn_like": lambda **options: mg.randn_like(mg.zeros(1000), **options),
    "randint": lambda **options: mg.randint(1000, (1000,), **options),
    "randperm": lambda **options: mg.randperm(1000, **options),
}


@pytest.mark.parametrize("name", RANDOM)
def test_same_seed_same_numbers(name: str) -> None:
    draw = RANDOM[name]
    mg.manual_seed(7)
    first, second = draw().tolist(), draw().tolist()
    mg.manual_seed(7)
    assert draw().tolist() == first != second


@pytest.mark.parametrize("name", RANDOM)
def test_generator_of_its_own_is_not_disturbed_and_does_not_disturb(name: str) -> None:
    draw, generator = RANDOM[name], mg.Generator()
    expected = draw(generator=generator.manual_seed(7)).tolist()
    mg.manual_seed(3)
    untouched = mg.rand(3).tolist()
    mg.manual_seed(3)
    generator.manual_seed(7)
    assert mg.rand(3).tolist() == untouched  # the generator drew nothing from the default one
    assert draw(generator=generator).tolist() == expected  # nor the other way round


def test_generator_goes_back_to_a_state() -> None:
    generator = mg.Generator()
    state = generator.get_state()
    first = mg.rand(3, generator=generator).tolist()
    generator.set_state(state)
    assert mg.rand(3, generator=generator).tolist() == first


def test_random_numbers_have_the_range_and_moments_of_their_distribution() -> None:
    generator = mg.Generator().manual_seed(0)
    uniform = mg.rand(10_000, generator=generator).numpy()
    normal = mg.randn(10_000, generator=generator).numpy()
    dice = mg.randint(1, 7, (10_000,), generator=generator)
    assert 0 <= uniform.min() < 0.01 < 0.99 < uniform.max() < 1
    assert abs(uniform.mean() - 0.5) < 0.02
    assert abs(normal.mean()) < 0.05
    assert abs(normal.std() - 1) < 0.05
    assert (dice.dtype, set(dice.tolist())) == (mg.int64, {1, 2, 3, 4, 5, 6})
    assert sorted(mg.randperm(100, generator=generator).tolist()) == list(range(100))


@pytest.mark.parametrize("dtype", [mg.float16, mg.float32, mg.float64], ids=lambda dtype: dtype.name)
def test_random_numbers_of_each_dtype_stay_below_one(dtype: mg.dtype) -> None:
    numbers = mg.rand(20_000, dtype=dtype, generator=mg.Generator().manual_seed(0))
    assert numbers.dtype is dtype
    assert numbers.max().item() < 1
