"""The exercises of lesson 4: a program moved to PyTorch, and two models compared. They need no PyTorch."""

from __future__ import annotations

from typing import Any

from ..tensors import Tensor, ones, tensor, zeros
from .check import Wrong, call, exercise, kind, require

# -- 1: to_pytorch -----------------------------------------------------------------------------------------------------

LINES = {
    "from micrograd_nb import nn": "from torch import nn",
    "import micrograd_nb as mg": "import torch as mg",
    "from micrograd_nb.optim import SGD": "from torch.optim import SGD",
    "from micrograd_nb.data import DataLoader": "from torch.utils.data import DataLoader",
    "from micrograd_nb.data.transforms import Compose": "from torchvision.transforms import Compose",
    "import numpy as np": "import numpy as np",
}

TO_PYTORCH_HINTS = [
    "line.replace(old, new) does most of it. Which two parts of the package have another place in PyTorch?",
    "The order matters: replace the longest name first, micrograd_nb.data.transforms, then micrograd_nb.data.",
]


@exercise(hints=TO_PYTORCH_HINTS)
def to_pytorch(answer: Any) -> str:
    """`to_pytorch(line)`: an import line of micrograd_nb, as PyTorch's."""
    for line, right in LINES.items():
        got = call(answer, line, shown=f"to_pytorch({line!r})")
        require(isinstance(got, str), f"to_pytorch should return the new line, a string, and returns {kind(got)}")
        if got == right:
            continue
        require("torch.data.transforms" not in got, f"{got!r}: transforms are in torchvision, a package of its own")
        require("torch.data" not in got, f"{got!r}: PyTorch has its loaders in torch.utils.data")
        require("torch.utils.data.transforms" not in got, f"{got!r}: replace the longer name before the shorter one")
        require(
            right != line,
            f"{line!r} has nothing to do with the package, and became {got!r}",
        )
        require(got != line, f"{line!r} is as it was")
        raise Wrong(f"{line!r} becomes {right!r}, and you give {got!r}")
    return f"{len(LINES)} lines are right, two of which lead to other places"


# -- 2: differences ----------------------------------------------------------------------------------------------------

TOLERANCE = 0.1

DIFFERENCES_HINTS = [
    "Which names are there in all? set(a) | set(b). What is a[name], where a has no such name?",
    "Compare the shapes before you subtract: (2, 1) and (2,) subtract without an error.",
    "NaN > 0.1 is false, and so is NaN <= 0.1. Ask `not (difference <= tolerance)`.",
]


@exercise(hints=DIFFERENCES_HINTS)
def differences(answer: Any) -> str:
    """`differences(a, b, tolerance)`: the names at which two state dicts differ."""
    same = {"w": ones(2, 2), "b": zeros(2)}
    _is_list(answer, same, {"w": ones(2, 2) + 0.05, "b": zeros(2)}, [], "differences below the tolerance are none")
    _is_list(answer, same, {"w": ones(2, 2), "b": tensor([0.0, 1.0])}, ["b"], "one number of b differs by 1")
    _is_list(
        answer,
        same,
        {"w": ones(2, 2), "b": tensor([0.0, -1.0])},
        ["b"],
        "one number of b is smaller by 1: the size of a difference counts, so take abs()",
    )
    _is_list(answer, same, {"w": ones(2, 2)}, ["b"], "b is missing in the second")
    _is_list(answer, {"w": ones(2, 2)}, same, ["b"], "b is missing in the first")
    _is_list(answer, same, {"w": ones(2, 2), "b": zeros(2, 1)}, ["b"], "b has the shape (2,) here and (2, 1) there")
    broken = {"w": ones(2, 2), "b": tensor([0.0, float("nan")])}
    _is_list(answer, same, broken, ["b"], "b holds NaN, and every comparison with NaN is false")
    both = {"w": zeros(2, 2), "b": ones(2)}
    _is_list(answer, same, both, ["b", "w"], "both differ, and the list is sorted by name")
    return "small differences pass; numbers, shapes, missing names and NaN are found"


def _is_list(answer: Any, a: dict[str, Tensor], b: dict[str, Tensor], right: list[str], because: str) -> None:
    got = call(answer, dict(a), dict(b), TOLERANCE, shown="differences(a, b, tolerance)")
    require(isinstance(got, list), f"differences should return a list of names, and returns {kind(got)}")
    require(got == right, f"{because}: the answer is {right}, and you give {got}")
