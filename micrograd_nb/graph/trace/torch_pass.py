"""A backward pass of PyTorch's own engine, watched by hooks on its Functions.

`torch.autograd.grad` runs it: no `.grad` changes, and the graph stays. What PyTorch does not tell is left out: its
rules are C++, with the sums over broadcast axes inside. It adds up what arrives at a value out of sight; the sum of
all arrivals is the one that its engine then hands on, those on the way are added here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from ...autograd import Step
from ...autograd.several import Gradients
from .. import read_torch
from ..graph import Graph


@dataclass(frozen=True)
class TorchOutput:
    """One of several outputs of a Function, as a place that gradients go to."""

    function: Any
    place: int


class TorchPass:
    """A pass of PyTorch's engine. See `OwnPass` for what its methods tell."""

    def __init__(self, graph: Graph, root: Any, gradient: Any) -> None:
        self.graph, self.root, self.gradient = graph, root, gradient
        self.start = self._target(root.grad_fn, root.output_nr)

    def steps(self) -> Iterator[Step]:
        seed, events, error = self._run()
        totals: dict[Any, ndarray] = {self.start: seed}
        yield Step("seed", self.start, total=seed)
        for function, incoming, outgoing in events:
            yield from self._collect(function, incoming)
            came = _gradients(incoming)
            yield Step("ready", function, incoming=came)
            for place, (target, contribution) in enumerate(zip(self.targets(function), outgoing, strict=True)):
                if target is None or contribution is None:
                    yield Step("skip", function, place, incoming=came)
                    continue
                before = totals.get(target)
                totals[target] = contribution if before is None else before + contribution
                yield Step(
                    "send", function, place, target, came, contribution, (), contribution, before, totals[target]
                )
        if error is not None:
            raise error
        yield from self._arrivals(totals)
        yield Step("done", self.start)

    def targets(self, node: Any) -> tuple[Any, ...]:
        return tuple(None if f is None else self._target(f, number) for f, number in node.next_functions)

    def as_output(self, node: Any) -> tuple[Any, int] | None:
        return (node.function, node.place) if isinstance(node, TorchOutput) else None

    def rule(self, step: Step) -> str:
        return ""

    def saved(self, step: Step) -> dict[str, Any]:
        return self.keeps(step.node)

    def inputs(self, node: Any) -> tuple[Any, ...]:
        return ()

    def frees(self, node: Any) -> tuple[str, ...]:
        return tuple(name for name, x in self.keeps(node).items() if isinstance(x, ndarray))

    @staticmethod
    def keeps(node: Any) -> dict[str, Any]:
        names = [
            name.removeprefix("_saved_") for name in dir(node) if name.startswith("_saved_") and "_sym_" not in name
        ]
        values = {name: read_torch.saved(node, name) for name in names}
        return {
            name: read_torch.array_of(x) if read_torch.is_torch(x) else x
            for name, x in values.items()
            if read_torch.is_torch(x) or isinstance(x, (bool, int, float))
        }

    def measured(self, leaf: str) -> ndarray | None:
        return None

    # -- running it

    def _run(self) -> tuple[ndarray, list[Any], Exception | None]:
        """Runs the pass: its seed, what each Function got and gave, and the error that it stopped with."""
        torch = sys.modules["torch"]
        events: list[Any] = []
        with ExitStack() as hooks:
            for function in self.graph.functions.values():
                hooks.callback(function.register_hook(_note(events, function)).remove)
            seed = self.gradient if self.gradient is not None else torch.ones_like(self.root)
            if self.gradient is None and self.root.numel() != 1:
                self.root.backward(retain_graph=True)  # raises PyTorch's own error
            leaves = [leaf.variable for leaf in self.graph.leaves.values()]
            try:
                torch.autograd.grad(self.root, leaves, seed, retain_graph=True, allow_unused=True)
            except RuntimeError as error:
                return _copy(seed), events, error
        return _copy(seed), events, None

    def _collect(self, function: Any, incoming: tuple[ndarray | None, ...]) -> Iterator[Step]:
        """The outputs of a Function with several hand on their gradients."""
        for place, gradient in enumerate(incoming):
            if gradient is not None and isinstance(output := self._target(function, place), TorchOutput):
                handed: Any = output
                yield Step("send", handed, 0, function, gradient, gradient, (), gradient, None, gradient)

    def _arrivals(self, totals: dict[Any, ndarray]) -> Iterator[Step]:
        for leaf in self.graph.leaves.values():
            if leaf in totals:
                kept = read_torch.grad_of(leaf.variable)
                before = None if kept is None else _copy(kept)
                total = totals[leaf] if before is None else before + totals[leaf]
                yield Step("accumulate", leaf, incoming=totals[leaf], before=before, total=total)

    def _target(self, function: Any, number: int) -> Any:
        several = not hasattr(function, "variable") and len(function._input_metadata) > 1
        return TorchOutput(function, number) if several else function


def _note(events: list[Any], function: Any) -> Any:
    """A hook that writes down what a Function got and what it gave."""

    def hook(outgoing: Any, incoming: Any) -> None:
        events.append((function, tuple(map(_copy, incoming)), tuple(map(_copy, outgoing))))

    return hook


def _copy(x: Any) -> Any:
    return None if x is None else np.array(read_torch.array_of(x))


def _gradients(incoming: tuple[Any, ...]) -> Any:
    """The gradient of a Function's output, or of its outputs by place."""
    return incoming[0] if len(incoming) == 1 else Gradients({i: g for i, g in enumerate(incoming) if g is not None})
