"""Runs a recorded graph forward again, with other numbers in a leaf: it checks gradients, and knows no calculus."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from ..autograd import Node
from ..autograd.rules.writing import copy_slices
from ..autograd.several import Output
from .graph import Graph

MOST_ELEMENTS = 16
MOST_FUNCTIONS = 200


def rerun(graph: Graph, values: dict[str, ndarray]) -> ndarray:
    """The root's value when the leaves in `values` (by id) hold other numbers: the same operations once more."""
    computed: dict[Any, Any] = {leaf: values[id] for id, leaf in graph.leaves.items() if id in values}
    for node in graph.functions.values():
        inputs = [_input(computed, target, x) for target, x in zip(node.targets, node.inputs, strict=True)]
        computed[node] = _value(node, inputs)
    function = graph.incoming[graph.root.id][0].source
    made, (_, _, place) = computed[graph.functions[function]], graph.root.id.partition(".")
    return np.asarray(made[int(place)] if place else made)


def _input(computed: dict[Any, Any], target: Node | None, x: Any) -> Any:
    """An argument, computed anew where it was computed: a copy, in double precision against rounding."""
    if isinstance(target, Output):
        function, place = target.as_function()
        x = computed[function][place]
    else:
        x = computed.get(target, x)
    return np.array(x, np.float64 if x.dtype == np.float32 else None) if isinstance(x, ndarray) else x


def _value(node: Node, inputs: list[Any]) -> Any:
    if node.operation is copy_slices:  # what was written into a view, which shares its memory no more
        whole, part = inputs
        whole = np.array(whole, order="C")
        node.options["look"](whole)[...] = part
        return whole
    return node.operation(*inputs, **node.options)


def finite_differences(graph: Graph, leaf: str, step: float = 1e-5) -> ndarray | None:
    """∂root/∂leaf by moving each element a little up and down; None where that would take too long, or cannot be.

    It cannot where the graph is freed, or where an argument was changed in place since.
    """
    value = graph[leaf].value
    assert value is not None
    functions = list(graph.functions.values())
    if value.size > MOST_ELEMENTS or len(functions) > MOST_FUNCTIONS or any(f.output is None for f in functions):
        return None
    if graph.root.value is None or graph.root.value.size != 1 or any(n.note == "changed since" for n in graph.nodes):
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
