"""Runs a recorded graph forward again, with other numbers in a leaf: it checks gradients, and knows no calculus."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from .graph import Graph

MOST_ELEMENTS = 16
MOST_FUNCTIONS = 200


def rerun(graph: Graph, values: dict[str, ndarray]) -> ndarray:
    """The root's value when the leaves in `values` (by id) hold other numbers: the same operations once more."""
    computed: dict[Any, Any] = {node: values.get(id, graph[id].value) for id, node in graph.leaves.items()}
    node = None
    for node in graph.functions.values():
        inputs = [_exact(computed.get(target, x)) for target, x in zip(node.targets, node.inputs, strict=True)]
        computed[node] = node.operation(*inputs, **node.options)
    return np.asarray(computed[node])


def finite_differences(graph: Graph, leaf: str, step: float = 1e-5) -> ndarray | None:
    """∂root/∂leaf by moving each element a little up and down; None where that would take too long, or was freed."""
    value = graph[leaf].value
    assert value is not None
    functions = list(graph.functions.values())
    if value.size > MOST_ELEMENTS or len(functions) > MOST_FUNCTIONS or any(f.output is None for f in functions):
        return None
    if graph.root.value is None or graph.root.value.size != 1:
        return None
    exact = value.astype(np.float64)
    found = np.empty_like(exact)
    with np.errstate(all="ignore"):
        for index in np.ndindex(exact.shape):
            ends = []
            for move in (step, -step):
                moved = exact.copy()
                moved[index] += move
                ends.append(rerun(graph, {leaf: moved}).item())
            found[index] = (ends[0] - ends[1]) / (2 * step)
    return found


def _exact(x: Any) -> Any:
    """In double precision, so that a small step does not drown in rounding."""
    return x.astype(np.float64) if isinstance(x, ndarray) and x.dtype == np.float32 else x
