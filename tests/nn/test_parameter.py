"""Parameter: a leaf that requires gradients, whatever it was made of."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import micrograd_nb as mg


def test_is_a_leaf_that_requires_gradients() -> None:
    p = mg.nn.Parameter(mg.ones(2))
    assert p.requires_grad
    assert p.is_leaf
    assert isinstance(p, mg.Tensor)
    (p * 3).sum().backward()
    assert p.grad.tolist() == [3.0, 3.0]


def test_shares_memory_and_leaves_history_behind() -> None:
    x = mg.ones(2, requires_grad=True)
    doubled = x * 2
    p = mg.nn.Parameter(doubled)
    assert p.is_leaf
    assert np.shares_memory(p.array, doubled.array)


def test_may_be_frozen() -> None:
    assert not mg.nn.Parameter(mg.ones(2), requires_grad=False).requires_grad


def test_made_in_no_grad_it_requires_gradients_still() -> None:
    with mg.no_grad():
        assert mg.nn.Parameter(mg.ones(2)).requires_grad


def test_without_data_it_is_empty() -> None:
    assert mg.nn.Parameter().shape == (0,)


def test_of_something_else_than_a_tensor() -> None:
    with pytest.raises(TypeError, match=r"not of list.*Parameter\(tensor"):
        mg.nn.Parameter([1.0])  # type: ignore[arg-type]


def test_of_integers() -> None:
    with pytest.raises(RuntimeError, match="floating point"):
        mg.nn.Parameter(mg.arange(3))


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0,)])
def test_repr_is_pytorchs(shape: tuple[int, ...], torch) -> None:
    ours, theirs = mg.nn.Parameter(mg.zeros(shape)), torch.nn.Parameter(torch.zeros(shape))
    assert repr(ours) == repr(theirs)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p))])
def test_a_copy_is_a_leaf_of_its_own(copied) -> None:
    p = mg.nn.Parameter(mg.ones(2))
    p.grad = mg.ones(2)
    q = copied(p)
    assert type(q) is mg.nn.Parameter
    assert q.grad is None
    (q * 2).sum().backward()
    assert q.grad.tolist() == [2.0, 2.0]
    assert p.grad.tolist() == [1.0, 1.0]
    assert not np.shares_memory(p.array, q.array)


def test_a_frozen_copy_stays_frozen() -> None:
    assert not copy.deepcopy(mg.nn.Parameter(mg.ones(2), requires_grad=False)).requires_grad
