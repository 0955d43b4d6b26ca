"""Runs one program with PyTorch and with micrograd_nb: the same numbers and gradients, or the same error and words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np
from numpy import ndarray

import micrograd_nb as mg
from tests.autograd.reference import assert_same

Program = Callable[[Any], object]

OURS = {
    "torch.nn.Buffer, torch.Tensor": "Tensor",
    "torch Tensor": "Tensor",
    "torch.nn.": "nn.",
    "torch.FloatTensor": "Tensor",
    "torch.": "micrograd_nb.",
}


def computes_alike(
    program: Callable[..., Any],
    torch: ModuleType,
    arrays: Sequence[ndarray],
    dtypes: Sequence[str] = ("float32", "float64"),
) -> None:
    """`program(lib, *tensors)` gives the same value in both, and the same gradient of every tensor of floats."""
    for dtype in dtypes:
        (ours, our_inputs), (theirs, their_inputs) = (_run(program, lib, arrays, dtype) for lib in (mg, torch))
        assert_same(ours.detach(), theirs.detach(), f"value, {dtype}")
        assert ours.requires_grad == theirs.requires_grad
        if not ours.requires_grad:
            continue
        weights = np.random.default_rng(1).normal(size=tuple(ours.shape)).astype(str(theirs.dtype).rpartition(".")[2])
        ours.backward(mg.tensor(weights))
        theirs.backward(torch.tensor(weights))
        for i, (x, y) in enumerate(zip(our_inputs, their_inputs, strict=True)):
            assert_same(x.grad, y.grad, f"gradient of input {i}, {dtype}")


def _run(program: Callable[..., Any], lib: Any, arrays: Sequence[ndarray], dtype: str) -> tuple[Any, list[Any]]:
    inputs = [lib.tensor(a.astype(dtype), requires_grad=True) if a.dtype.kind == "f" else lib.tensor(a) for a in arrays]
    return program(lib, *inputs), inputs


def error_of(program: Program, lib: Any) -> Exception:
    """What a program raises with a library."""
    try:
        program(lib)
    except Exception as error:
        return error
    raise AssertionError(f"nothing was raised with {lib.__name__}")


def raises_alike(program: Program, torch: ModuleType) -> None:
    """Both raise an error of one type, and ours begins like PyTorch's; what follows is how to mend it."""
    theirs, ours = error_of(program, torch), error_of(program, mg)
    words = message(theirs)
    for name, our_name in OURS.items():
        words = words.replace(name, our_name)
    assert type(ours) is type(theirs)
    assert message(ours).startswith(words.rstrip(".)"))


def message(error: Exception) -> str:
    """The text; that of a KeyError without the quotes around it."""
    return str(error.args[0])
