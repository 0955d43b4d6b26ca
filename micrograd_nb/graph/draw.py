"""`draw(loss)`: the picture of a graph, in a notebook, in a file, or as text."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from . import compose, dot_writer, render, text, views
from .graph import KINDS, Graph
from .names import caller_names
from .picture import Picture

MOST_WIDTH = 1600.0  # points: shown in a notebook, a wider picture shrinks until its text cannot be read


def draw(
    root: Any,
    *,
    detail: str | None = None,
    expand: Collection[str] = (),
    values: bool = True,
    grads: bool = False,
    direction: str | None = None,
    legend: bool = True,
    names: Mapping[str, Any] | None = None,
) -> Picture:
    """Draws the graph that a tensor was computed by.

    Arguments:
        root: a loss, or any tensor with a `grad_fn`, of this package or of PyTorch; or a `Graph` read before
            (with `values=True`, if they are to be seen).
        detail: "full" draws every value and every function; "operations" leaves out the values in between; "modules"
            draws each module that ran as one box, and equal ones in a row as one ("Block ×12"). Left out, the first
            of these with at most 60 nodes.
        expand: the modules to look into, by their paths, such as "encoder.layers.0".
        values: write small tensors out; else only names and shapes.
        grads: write the gradients that tensors have kept, too.
        direction: "LR", left to right, or "TB", top to bottom; left out, from left to right unless that is too wide.
        legend: show an example of each kind of node below.
        names: where the names of tensors come from; left out, the caller's variables.

    Raises:
        ValueError: there is no graph, or it is too large to be read by a person.
        RuntimeError: there is no Graphviz; the message says how to get one.

    >>> import micrograd_nb as mg
    >>> a, b = mg.tensor(2.0, requires_grad=True), mg.tensor(3.0, requires_grad=True)
    >>> mg.graph.draw(a * b)
    <Picture: graph of 3 values and 1 function (Mul), which computes a value of shape ()>
    """
    dot_writer.check_direction(direction or "LR")
    graph = graph_of(root, names, values=values or grads)
    chosen, shown = choose(graph, detail, expand)
    svg = svg_of(shown, values=values, grads=grads, direction=direction)
    if legend:
        svg = with_legend(svg, shown)
    return Picture(svg, describe(graph) + _what_is_left_out(graph, chosen, shown))


def svg_of(shown: Graph, *, values: bool = True, grads: bool = False, direction: str | None = None) -> str:
    """The picture of a view as SVG, without a legend. Without a direction, that in which it can be read."""
    svg = render.svg(dot_writer.write(shown, values=values, grads=grads, direction=direction or "LR"))
    if direction is None and compose.size(svg)[0] > MOST_WIDTH:
        svg = render.svg(dot_writer.write(shown, values=values, grads=grads, direction="TB"))
    return svg


def with_legend(svg: str, shown: Graph) -> str:
    """A picture with an example of each kind of node below."""
    return compose.column([svg, legend_svg(tuple(kind for kind in KINDS if shown.count(kind)))])


def dot(root: Any, *, names: Mapping[str, Any] | None = None, **options: Any) -> str:
    """The graph as DOT text, for Graphviz or any program that reads it; options as for `draw`, without a limit."""
    detail, expand = options.pop("detail", "full"), options.pop("expand", ())
    graph = graph_of(root, names, values=options.get("values", True) or options.get("grads", False))
    return dot_writer.write(views.view(graph, detail, expand), **options)


def graph_of(root: Any, names: Mapping[str, Any] | None, *, values: bool) -> Graph:
    """A graph as it is, or read from a tensor."""
    if isinstance(root, Graph):
        return root
    return Graph.read(root, caller_names() if names is None else names, values=values)


def choose(graph: Graph, detail: str | None, expand: Collection[str] = (), *, call: str = "draw") -> tuple[str, Graph]:
    """The view of a graph that is asked for, or else the one that can be read; with its name.

    `call` is what the learner called, for the error.

    Raises:
        ValueError: it has more nodes than anybody could read.
    """
    if detail is None and not expand:
        chosen, shown = views.fitting(graph)
    else:
        chosen = detail or "modules"
        shown = views.view(graph, chosen, expand)
    if len(shown.nodes) > views.MOST_NODES:
        raise _too_large(graph, chosen, shown, call)
    return chosen, shown


def describe(graph: Graph) -> str:
    """One sentence for those who do not see the picture."""
    what = f"{text.name(graph.root.name)}, " if graph.root.name else ""
    shape = "" if graph.root.shape is None else f" of shape {graph.root.shape}"
    return f"graph of {counted(graph)}, which computes {what}a value{shape}"


def counted(graph: Graph) -> str:
    """`7 values and 3 functions (Mul, Sub, Pow)`"""
    functions = [text.name(node.name) for node in graph.nodes if node.kind == "function"]
    count = len(functions)
    listed = ", ".join(functions[:6]) + (", …" if count > 6 else "")
    return f"{len(graph.nodes) - count} values and {count} function{'s' * (count != 1)} ({listed})"


@lru_cache(maxsize=64)
def legend_svg(kinds: tuple[str, ...]) -> str:
    """The picture of a legend."""
    return render.svg(dot_writer.legend(kinds))


def _what_is_left_out(graph: Graph, detail: str, shown: Graph) -> str:
    """What the picture does not show, for its description."""
    if detail == "full":
        return ""
    if detail == "operations":
        return "; drawn without the values in between"
    boxes = [node for node in shown.nodes if node.kind == "module"]
    listed = [" ".join(map(text.name, [node.name, *node.note.splitlines()[:1]])) for node in boxes]
    return f"; drawn as modules: {', '.join(listed)}"


def _too_large(graph: Graph, detail: str, shown: Graph, call: str) -> ValueError:
    counts = f"{len(graph.nodes)} nodes ({graph.count('function')} functions)"
    smaller = [name for name in views.DETAILS[: 3 if graph.calls else 2] if name != detail]
    sizes = {name: len(views.view(graph, name).nodes) for name in smaller}
    works = [f'{call}(…, detail="{name}") has {n} nodes.' for name, n in sizes.items() if n <= views.MOST_NODES]
    as_what = "" if detail == "full" else f', {len(shown.nodes)} of them with detail="{detail}"'
    return ValueError(
        f"this graph has {counts}{as_what}, and a picture of more than {views.MOST_NODES} cannot be read. "
        f"{' '.join(works)}{' ' * bool(works)}Draw a smaller piece: the loss of one step, fewer layers, or one part, "
        f"{call}(hidden). Graph.read(loss) gives all of it as data, graph.dot(loss) as text."
    )
