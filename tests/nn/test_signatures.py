"""Every function and module is called as in PyTorch: the same names, in the same order, with the same defaults."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

import micrograd_nb as mg
import micrograd_nb.nn.functional as F
from micrograd_nb import nn
from micrograd_nb.nn.functional import (
    activation,
    affine,
    classification,
    ctc,
    distance,
    loss,
    margin,
    regularization,
    sparse,
)

FAMILIES = [activation, affine, classification, ctc, distance, loss, margin, regularization, sparse]
FUNCTIONS = sorted({name for family in FAMILIES for name in vars(family) if name in F.__all__})
OF_MODULES = [nn.activation, nn.distance, nn.dropout, nn.embedding, nn.flatten, nn.linear, nn.loss]
MODULES = [
    name
    for family in OF_MODULES
    for name, value in vars(family).items()
    if name in nn.__all__ and isinstance(value, type) and value.__module__ == family.__name__
]

# What PyTorch has written in C, whose signature only its documentation tells.
WRITTEN_IN_C = {
    "bilinear": "input1, input2, weight, bias=None",
    "cosine_similarity": "x1, x2, dim=1, eps=1e-8",
    "gelu": "input, approximate='none'",
    "hardshrink": "input, lambd=0.5",
    "linear": "input, weight, bias=None",
    "logsigmoid": "input",
    "one_hot": "tensor, num_classes=-1",
    "pairwise_distance": "x1, x2, p=2.0, eps=1e-6, keepdim=False",
    "pdist": "input, p=2",
    "prelu": "input, weight",
    "softplus": "input, beta=1, threshold=20",
    "softshrink": "input, lambd=0.5",
}
OURS_ALONE = {"generator"}  # where the random numbers come from

Parameter = tuple[str, Any]


def parameters(function: Callable[..., Any]) -> list[Parameter]:
    """Names and defaults, without `self`."""
    found = inspect.signature(function).parameters.values()
    return [(p.name, p.default) for p in found if p.name not in ("self", *OURS_ALONE)]


def documented(words: str) -> list[Parameter]:
    namespace: dict[str, Any] = {}
    exec(f"def function({words}): pass", namespace)
    return parameters(namespace["function"])


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if not name.endswith("_")])
def test_function_has_pytorchs_arguments(name: str, torch: ModuleType) -> None:
    expected = (
        documented(WRITTEN_IN_C[name]) if name in WRITTEN_IN_C else parameters(getattr(torch.nn.functional, name))
    )
    assert parameters(getattr(F, name)) == expected


@pytest.mark.parametrize("name", MODULES)
def test_module_has_pytorchs_arguments(name: str, torch: ModuleType) -> None:
    ours, theirs = (getattr(m.nn, name) for m in (mg, torch))
    assert _own_arguments(ours, mg.nn.Module) == _own_arguments(theirs, torch.nn.Module)


def _own_arguments(kind: Any, base: Any) -> list[Parameter]:
    return [] if kind.__init__ is base.__init__ else parameters(kind.__init__)


@pytest.mark.parametrize("name", MODULES)
def test_forward_has_pytorchs_arguments(name: str, torch: ModuleType) -> None:
    assert parameters(getattr(mg.nn, name).forward) == parameters(getattr(torch.nn, name).forward)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_name_is_pytorchs_and_explained(name: str, torch: ModuleType) -> None:
    assert hasattr(torch.nn.functional, name)
    function = getattr(F, name)
    assert function.__name__ == name
    assert function.__doc__


@pytest.mark.parametrize("name", MODULES)
def test_module_is_explained_with_its_name_in_pytorch(name: str) -> None:
    assert f"(PyTorch: torch.nn.{name})" in (getattr(mg.nn, name).__doc__ or "")
