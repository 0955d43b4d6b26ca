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
