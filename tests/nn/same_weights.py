"""Builds one module in both libraries, gives both the same weights, and compares what they compute."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
from numpy import ndarray

import micrograd_nb as mg
from tests.autograd.reference import assert_same

Build = Callable[[Any], Any]
"""`build(nn)`, where nn is `micrograd_nb.nn` or `torch.nn`: the module."""


def pair(build: Build, torch: ModuleType) -> tuple[Any, Any]:
    """The module of ours and of PyTorch, in float64, with PyTorch's weights."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    mg.set_default_dtype(mg.float64)
    try:
        ours, theirs = build(mg.nn), build(torch.nn)
    finally:
        mg.set_default_dtype(mg.float32)
        torch.set_default_dtype(before)
    torch.manual_seed(0)
    with torch.no_grad():
        for p in theirs.parameters():  # not as they start: biases that are 0 would hide mistakes
            p.add_(0.1 * torch.randn_like(p))
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def assert_modules_alike(
    build: Build, inputs: list[ndarray], torch: ModuleType, *, steps: int = 1, training: bool = True, **options: Any
) -> None:
    """The same state, outputs, gradients of inputs and of weights, to 1e-8; and the same state afterwards."""
    modules = pair(build, torch)
    assert [(k, tuple(v.shape)) for k, v in modules[0].state_dict().items()] == [
        (k, tuple(v.shape)) for k, v in modules[1].state_dict().items()
    ]
    grads: Any = None
    for _ in range(steps):
        results = []
        for m, module in zip((mg, torch), modules, strict=True):
            module.train(training)
            module.zero_grad()
            tensors = [m.tensor(x, requires_grad=x.dtype.kind == "f") for x in inputs]
            outputs = flat(module(*tensors, **{k: made(v, m) for k, v in options.items()}))
            grads = grads or [np.random.default_rng(1).normal(size=tuple(y.shape)) for y in outputs]
            wanted = [(y, g) for y, g in zip(outputs, grads, strict=True) if y.requires_grad]
            sum((y * m.tensor(g)).sum() for y, g in wanted).backward()
            parameters = {name: p.grad for name, p in module.named_parameters()}
            results.append((outputs, [x.grad for x in tensors if x.requires_grad], parameters))
        (ours, our_grads, our_weights), (theirs, their_grads, their_weights) = results
        for i, (x, y) in enumerate(zip(ours, theirs, strict=True)):
            assert_same(x, y, f"output {i}")
        for i, (x, y) in enumerate(zip(our_grads, their_grads, strict=True)):
            assert_same(x, y, f"gradient of input {i}")
        for name, x in our_weights.items():
            assert_same(x, their_weights[name], f"gradient of {name}")
    for (name, x), y in zip(modules[0].state_dict().items(), modules[1].state_dict().values(), strict=True):
        assert_same(x, y, name)


def flat(outputs: Any) -> list[Any]:
    """The tensors in an output, which may be nested."""
    if not isinstance(outputs, (tuple, list)):
        return [outputs]
    return [x for part in outputs if part is not None for x in flat(part)]


def made(option: Any, m: Any) -> Any:
    """An option for either library: arrays become tensors."""
    return m.tensor(option) if isinstance(option, ndarray) else option
