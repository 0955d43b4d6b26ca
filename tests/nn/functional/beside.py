"""Runs one program with PyTorch and with micrograd_nb: the same values and gradients, and second gradients that fit."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
from numpy import ndarray

import micrograd_nb as mg
from tests.autograd.reference import assert_same, leaves

Program = Callable[..., Any]
"""`program(m, *tensors)`, where m is `micrograd_nb` or `torch`: a tensor, or a tuple of which the first is compared."""


def assert_alike(program: Program, arrays: list[ndarray], torch: ModuleType, *, second: bool = True) -> None:
    """Equal values and gradients of all inputs, in float64 to 1e-8, and second gradients by finite differences."""
    results = []
    grad: Any = None
    for m in (mg, torch):
        inputs = leaves(m, arrays)
        outputs = program(m, *inputs)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        wanted = [y for y in outputs if y.requires_grad]
        grad = grad or [np.random.default_rng(1).normal(size=tuple(y.shape)) for y in wanted]
        sum((y * m.tensor(g)).sum() for y, g in zip(wanted, grad, strict=True)).backward()
        results.append((outputs, [x.grad for x in inputs]))
    (ours, our_grads), (theirs, their_grads) = results
    for i, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
        assert_same(mine, other, f"output {i}")
    for i, (mine, other) in enumerate(zip(our_grads, their_grads, strict=True)):
        assert_same(mine, other, f"gradient of input {i}")
    if second:
        assert_second_gradients(program, arrays)


def assert_second_gradients(program: Program, arrays: list[ndarray]) -> None:
    """The gradient of the gradient, along one random direction, against the gradient a little further in it."""
    rng = np.random.default_rng(2)
    directions = [rng.normal(size=a.shape) for a in arrays]

    def first(step: float) -> tuple[list[Any], list[Any]]:
        inputs = leaves(mg, [a + step * d for a, d in zip(arrays, directions, strict=True)])
        outputs = program(mg, *inputs)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        weights = np.random.default_rng(3)
        total = sum((y * mg.tensor(weights.normal(size=y.shape))).sum() for y in outputs if y.requires_grad)
        return inputs, mg.autograd.grad(total, inputs, create_graph=step == 0, materialize_grads=True)

    inputs, grads = first(0)
    along = sum((g * mg.tensor(d)).sum() for g, d in zip(grads, directions, strict=True))
    exact = mg.autograd.grad(along, inputs, materialize_grads=True) if along.requires_grad else [0 * x for x in inputs]
    h = 1e-6
    (_, up), (_, down) = first(h), first(-h)
    for i, (ours, a, b) in enumerate(zip(exact, up, down, strict=True)):
        slope = (a.numpy() - b.numpy()) / (2 * h)
        np.testing.assert_allclose(
            ours.detach().numpy(), slope, rtol=1e-4, atol=1e-5 * max(1, abs(slope).max(initial=0)), err_msg=f"input {i}"
        )
