"""What a graph is made of: nodes, edges, and the calls of modules that its functions ran in.

Everything here is plain data. It knows no tensors, so it can be compared, written to a file and read back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

KINDS = ("parameter", "input", "buffer", "constant", "intermediate", "output", "function", "module")
"""What a node may be.

| kind           | what it is                                                    |
|----------------|---------------------------------------------------------------|
| `parameter`    | a leaf that requires gradients                                |
| `input`        | a tensor that requires none                                   |
| `buffer`       | the same, where it belongs to a module, such as a running mean |
| `constant`     | a Python number, or another object that is no tensor          |
| `intermediate` | a value that a function computed                              |
| `output`       | the value that the graph was read from                        |
| `function`     | an operation that ran                                         |
| `module`       | a call of a module, drawn as one box in place of its functions |
"""


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A value or a function of a graph.

    `id` says what it is: `f3` is the third function that ran and `o3` its output (`o3.0` and `o3.1`, if it has
    several); `p`, `x`, `b` and `k` are parameters, inputs, buffers and constants, counted in the order of first use.
    """

    id: str
    kind: str
    name: str  # the learner's name for a value, or ""; a function's name without "Backward0"
    shape: tuple[int, ...] | None = None  # None: a function, or a value whose shape is not known any more
    dtype: str = ""
    value: ndarray | None = field(default=None, compare=False)  # a copy, where values were asked for
    grad: ndarray | None = field(default=None, compare=False)  # the `.grad` that a tensor had, likewise
    line: tuple[str, int] | None = None  # file and line that ran the function
    module: str = ""  # the path of the module whose forward ran it: "encoder.layers.0"; "" for the outermost, or none
    call: str = ""  # the id of that call, among the graph's `calls`; "" outside of all modules
    result: str = ""  # in a view without values in between, the learner's name for what the function computed
    note: str = ""  # what there is to say about the value, such as "freed"


class GraphEdge(NamedTuple):
    """value → function, at an argument `position`; or function → value, its output (position None).

    A graph that is drawn without its values has edges from function to function, at the position of the argument.
    """

    source: str
    target: str
    position: int | None = None

    @property
    def id(self) -> str:
        return f"{self.source}-{self.target}" + ("" if self.position is None else f"-{self.position}")


class GraphCall(NamedTuple):
    """One run of a module's `forward`.

    `path` is the module's name among the `named_modules()` of the outermost one, which itself has the path "" and is
    called as the learner calls it. A module that no longer exists is known by its class alone.
    """

    id: str
    path: str
    kind: str  # the class: "Linear"
    name: str = ""  # the learner's variable for it
    parent: str = ""  # the id of the call that it ran inside of


def short_name(function: str) -> str:
    """`Mul` for `MulBackward0`.

    >>> short_name("MulBackward0"), short_name("CopySlices"), short_name("MyBackward")
    ('Mul', 'CopySlices', 'MyBackward')
    """
    return function.removesuffix("Backward0").removesuffix("Backward1").removesuffix("Backward2")


def frozen(array: Any) -> ndarray:
    """A copy that nobody can write to."""
    copy = np.array(array)
    copy.flags.writeable = False
    return copy


@cache
def dtype_name(dtype: Any) -> str:
    """`float32`, for NumPy's and PyTorch's dtypes. (NumPy takes its time to find the name of one.)"""
    return getattr(dtype, "name", "") or str(dtype).removeprefix("torch.")
