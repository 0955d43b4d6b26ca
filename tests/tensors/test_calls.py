"""Every call of the tables in `calls` comes out as in PyTorch: the same value, or an error of the same type."""

from __future__ import annotations

import warnings
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from tests.autograd.reference import assert_close, kind
from tests.tensors import calls

NAN = float("nan")


def with_item(x: Any, index: Any, value: Any) -> Any:
    """A copy with a value written at an index."""
    x = x.clone()
    x[index] = value
    return x


def at_hand(m: ModuleType, family: str) -> dict[str, Any]:
    """The names that the calls of a family use."""
    names = {"m": m, "np": np, "L": m.tensor, "set": with_item, "v": m.ones(4), "s": m.tensor(1.0), "nan": NAN}
    match family:
        case "SHAPES" | "INDEXING":
            more = {"x": m.ones(2, 3), "c": m.ones(2, 3, 4)}
        case "GATHERING":
            x, index = m.arange(12.0).reshape(3, 4), m.tensor([[0, 1, 2, 0]])
            more = {"x": x, "v": m.arange(4.0), "i": index, "i2": m.tensor([0, 2])}
        case "SORTING":
            x = m.tensor([[3.0, 1.0, 2.0], [5.0, 5.0, 4.0]])
            more = {"x": x, "v": m.tensor([3.0, 1.0, 2.0, 1.0]), "n": m.tensor([1.0, NAN, 0.0])}
            more["b"] = m.tensor([True, False, True])
        case "CREATION":
            more = {"x": m.ones(2, 3), "i": m.arange(3), "w": m.ones(2, requires_grad=True)}
        case _:
            x = m.tensor([[1.5, -2.5, 300.7], [0.0, 1e10, NAN]])
            more = {"x": x, "v": m.arange(4.0), "w": m.ones(2, requires_grad=True)}
    return names | more


def outcome(m: ModuleType, family: str, call: str) -> Any:
    """What a call returns, or the error that it raises."""
    names = at_hand(m, family)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch warns once only
        try:
            return eval(call, names)
        except Exception as error:
            return error


def assert_alike(ours: Any, theirs: Any) -> None:
    """Tensors of the same kind and numbers, the same structure of them, or the same text."""
    if isinstance(theirs, Exception) or isinstance(ours, Exception):
        assert type(ours) is type(theirs), f"{ours!r}, and in PyTorch {theirs!r}"
    elif isinstance(theirs, (tuple, list)) and theirs and hasattr(theirs[0], "dtype"):
        assert len(ours) == len(theirs)
        for x, y in zip(ours, theirs, strict=True):
            assert_alike(x, y)
    elif isinstance(ours, mg.Tensor):
        assert kind(ours) == kind(theirs)
        assert_close(ours, theirs)
    else:
        assert str(ours).replace("micrograd_nb", "torch") == str(theirs)


CALLS = [
    (family, call.strip())
    for family in ("SHAPES", "INDEXING", "GATHERING", "SORTING", "CREATION", "CONVERSION")
    for call in getattr(calls, family).strip().split("\n")
]


@pytest.mark.parametrize(("family", "call"), CALLS, ids=[call for _, call in CALLS])
def test_call_comes_out_as_in_pytorch(family: str, call: str, torch: ModuleType) -> None:
    ours, theirs = outcome(mg, family, call), outcome(torch, family, call)
    if call in calls.OTHERWISE:
        with pytest.raises(AssertionError):
            assert_alike(ours, theirs)
    else:
        assert_alike(ours, theirs)


def test_calls_differ() -> None:
    assert len(set(CALLS)) == len(CALLS)
    assert calls.OTHERWISE.keys() <= {call for _, call in CALLS}
