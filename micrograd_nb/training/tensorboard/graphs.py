"""The page "Graphs": a model, as the operations that ran in it, in boxes for its modules.

The graph is the one that the engine records when the model runs, read by `graph.Graph`. Each function becomes a node
`Net/Sequential[body]/Linear[0]/Linear`: the modules whose `forward` ran it, then its name.
"""

from __future__ import annotations

import inspect
import reprlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy import ndarray

from ...autograd import enable_grad, lines, record_lines
from ...graph import Graph, GraphNode
from ...nn import Module
from ...tensors import Tensor
from ..evaluate import evaluation_mode
from .library import library
from .messages import shape_message


def graph_messages(model: Module, inputs: Any, verbose: bool) -> tuple[Any, Any]:
    """The messages of a model's graph, and of the devices that it ran on. The model runs once, in evaluation mode.

    Arguments:
        inputs: what the model is called with: a tensor, or a tuple or list of arguments; None for none.
        verbose: print the nodes.

    Raises:
        TypeError: `model` is no module.
        ValueError: no operation was recorded.
    """
    if not isinstance(model, Module):
        raise TypeError(f"add_graph takes a Module, but got {type(model).__name__}. Of a function, make a module.")
    nodes = _Nodes(model, *_run(model, inputs)).nodes
    if verbose:
        for node in nodes:
            print(f"{node.name} = {node.op}({', '.join(node.input)})")
    tb = library()
    devices = tb.step_stats.StepStats(dev_stats=[tb.step_stats.DeviceStepStats(device="/device:CPU:0")])
    graph = tb.graph.GraphDef(node=nodes, versions=tb.versions.VersionDef(producer=22))
    return graph, tb.config.RunMetadata(step_stats=devices)


def _run(model: Module, inputs: Any) -> tuple[dict[str, Tensor], list[Tensor]]:
    """Runs the model on copies of its inputs; gives these by name, and the outputs."""
    arguments = () if inputs is None else tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
    named: dict[str, Tensor] = {}
    parameters = iter(inspect.signature(model.forward).parameters)
    with enable_grad(), evaluation_mode(model), _recorded_calls():
        copies = [_watched(argument, next(parameters, "input"), named) for argument in arguments]
        outputs = list(_tensors(model(*copies)))
    if not any(output.grad_fn is not None for output in outputs):
        raise ValueError(
            "no operation was recorded on the way to what the model returns: it returns no tensor, or it computes with "
            "whole numbers, in NumPy, or inside no_grad()"
        )
    return named, outputs


@contextmanager
def _recorded_calls() -> Iterator[None]:
    """A context in which each function remembers the module whose `forward` ran it."""
    before = lines.on
    record_lines()
    try:
        yield
    finally:
        record_lines(before)


def _watched(argument: Any, name: str, named: dict[str, Tensor]) -> Any:
    """An argument, and in place of a tensor of floats a copy that requires gradients: so all that it is used for is
    recorded, also in a model without parameters."""
    if not isinstance(argument, Tensor):
        return argument
    watched = argument.detach().requires_grad_().clone() if argument.is_floating_point() else argument
    named[name] = watched
    return watched


def _tensors(output: Any) -> Iterator[Tensor]:
    """The tensors in what a model returned."""
    if isinstance(output, Tensor):
        yield output
    elif isinstance(output, (tuple, list)):
        for part in output:
            yield from _tensors(part)
    elif isinstance(output, dict):
        yield from _tensors(list(output.values()))


class _Nodes:
    """Writes down a model's graph as TensorBoard's nodes, each once.

    Arguments:
        inputs: what the model got, by the names that its `forward` has for it.
        outputs: what it returned.
    """

    def __init__(self, model: Module, inputs: dict[str, Tensor], outputs: Sequence[Tensor]) -> None:
        self.model = model
        self.kinds = {path: type(module).__name__ for path, module in model.named_modules()}
        self.parameters = dict(model.named_parameters())
        self.buffers = dict(model.named_buffers())
        self.inputs = inputs
        self.nodes: list[Any] = []
        self.names: dict[Any, str] = {}  # of nodes that are there, by what they stand for
        self.taken: dict[str, int] = {}
        for name, tensor in inputs.items():
            key = name if tensor.grad_fn is None else tensor.grad_fn
            self._add(key, f"input/{name}", "IO Node", [], [tensor.shape])
        for number, output in enumerate(outputs, 1):
            sources = [] if output.grad_fn is None else [self._read(Graph.read(output, inputs))]
            self._add(f"output {number}", f"output/output.{number}", "IO Node", sources, [output.shape])

    def _read(self, graph: Graph) -> str:
        """Writes down the functions of a graph that are not there yet; gives the name of the last value."""
        for node in graph.nodes:
            if node.kind == "function" and graph.functions[node.id] not in self.names:
                self._function(graph, node)
        return self._value(graph, graph.root)

    def _function(self, graph: Graph, node: GraphNode) -> None:
        arguments = [(edge, graph[edge.source]) for edge in graph.incoming[node.id]]
        sources = [self._value(graph, value, node) for _, value in arguments if value.kind != "constant"]
        function = graph.functions[node.id]
        names = function.operation.inputs
        options = {
            names[p] if (p := edge.position or 0) < len(names) else str(p): value.name
            for edge, value in arguments
            if value.kind == "constant"
        }
        for name, value in function.options.items():
            indices = self._inputs_in(value)
            sources += indices
            options |= {} if indices else {name: reprlib.repr(value)}
        shapes = [graph[edge.target].shape for edge in graph.outgoing[node.id]]
        self._add(function, f"{self._scope(node.module)}/{node.name}", node.name, sources, shapes, options)

    def _inputs_in(self, option: Any) -> list[str]:
        """The inputs of the model that an option holds. An index is no argument: it gets no gradient."""
        arrays = option if isinstance(option, tuple) else (option,)
        return [f"input/{name}" for a in arrays for name, x in self.inputs.items() if _is_same(a, x.array)]

    def _value(self, graph: Graph, value: GraphNode, user: GraphNode | None = None) -> str:
        """The name of the node that a value comes from, which is made if it is a leaf that is not there yet."""
        made_by = graph.incoming[value.id]
        if made_by:
            place = value.id.partition(".")[2]  # of a function with several outputs
            return self.names[graph.functions[made_by[0].source]] + (f":{place}" if place not in ("", "0") else "")
        key = graph.leaves.get(value.id) or value.name or (id(graph), value.id)
        if key not in self.names:
            self._leaf(key, value, user)
        return self.names[key]

    def _leaf(self, key: Any, value: GraphNode, user: GraphNode | None) -> None:
        """A parameter or a buffer, in the box of its module; or a tensor that belongs to none, beside its user."""
        path, _, name = value.name.rpartition(".")
        if value.name in self.parameters or value.name in self.buffers:
            op = "Parameter" if value.name in self.parameters else "Buffer"
            self._add(key, f"{self._scope(path)}/{name}", op, [], [value.shape])
        else:
            scope = self._scope(user.module if user else "")
            self._add(key, f"{scope}/{value.name or 'constant'}", "Constant", [], [value.shape])

    def _scope(self, path: str) -> str:
        """A module's box: `Net/Sequential[body]/Linear[0]` for body.0."""
        parts = path.split(".") if path else []
        prefixes = [".".join(parts[: i + 1]) for i in range(len(parts))]
        boxes = [
            f"{self.kinds[prefix]}[{part}]" if prefix in self.kinds else part
            for prefix, part in zip(prefixes, parts, strict=True)
        ]
        return "/".join([type(self.model).__name__, *boxes])

    def _add(
        self,
        key: Any,
        name: str,
        op: str,
        sources: list[str],
        shapes: Sequence[Sequence[int] | None],
        options: dict[str, str] | None = None,
    ) -> None:
        count = self.taken[name] = self.taken.get(name, 0) + 1
        self.names[key] = name if count == 1 else f"{name}_{count - 1}"
        tb = library()
        attributes = {option: tb.attr_value.AttrValue(s=value.encode()) for option, value in (options or {}).items()}
        known = [shape_message(shape) for shape in shapes if shape is not None]
        attributes["_output_shapes"] = tb.attr_value.AttrValue(list=tb.attr_value.AttrValue.ListValue(shape=known))
        self.nodes.append(tb.node_def.NodeDef(name=self.names[key], op=op, input=sources, attr=attributes))


def _is_same(option: Any, array: ndarray) -> bool:
    """Whether an option is an array, or another view of its memory."""
    return isinstance(option, ndarray) and option.size > 0 and np.may_share_memory(option, array)
