"""Prints tensors as PyTorch does: aligned columns, four digits, scientific where the numbers call for it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy import ndarray

from . import dtypes

PRECISION = 4  # digits after the point
THRESHOLD = 1000  # more elements than this are summarised …
EDGE = 3  # … to so many at each end of an axis
LINE_WIDTH = 80


def tensor_repr(array: ndarray, *, grad_fn: str | None, requires_grad: bool, prefix: str = "tensor(") -> str:
    """`tensor([1., 2.], grad_fn=<MulBackward0>)`: the elements, then what a reader could not guess from them."""
    suffixes = []
    d = dtypes.FROM_NUMPY[array.dtype]
    guessed = d in (dtypes.get_default_dtype(), dtypes.int64, dtypes.bool_)
    if array.size == 0:
        if array.ndim != 1:
            suffixes.append(f"size={tuple(array.shape)}")
        body = "[]"
        guessed = d is dtypes.get_default_dtype()
    else:
        body = _body(array, len(prefix), summarize=array.size > THRESHOLD)
    if not guessed:
        suffixes.append(f"dtype={d}")
    if grad_fn is not None:
        suffixes.append(f"grad_fn=<{grad_fn}>")
    elif requires_grad:
        suffixes.append("requires_grad=True")
    return _join(prefix + body, suffixes, indent=len(prefix))


def _join(text: str, suffixes: list[str], indent: int) -> str:
    """Puts the suffixes behind the elements, on a new line where the last one is full."""
    last_line = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if last_line + len(suffix) + 2 > LINE_WIDTH:
            text += ",\n" + " " * indent + suffix
            last_line = indent + len(suffix)
        else:
            text += ", " + suffix
            last_line += len(suffix) + 2
    return text + ")"


def _body(array: ndarray, indent: int, summarize: bool) -> str:
    form = _Format(_edges(array) if summarize else array)
    return _nested(array, indent, summarize, form)


def _edges(array: ndarray) -> ndarray:
    """The elements that a summary shows."""
    for axis, n in enumerate(array.shape):
        if n > 2 * EDGE:
            array = array.take([*range(EDGE), *range(n - EDGE, n)], axis)
    return array


def _nested(array: ndarray, indent: int, summarize: bool, form: _Format) -> str:
    if array.ndim == 0:
        return form(array.item())
    n = array.shape[0]
    dots = summarize and n > 2 * EDGE
    shown: list[Any] = [*array[:EDGE], ..., *array[n - EDGE :]] if dots else list(array)
    if array.ndim == 1:
        return _vector([" ..." if x is ... else form(x.item()) for x in shown], indent, form.width)
    rows = ["..." if x is ... else _nested(x, indent + 1, summarize, form) for x in shown]
    return "[" + ("," + "\n" * (array.ndim - 1) + " " * (indent + 1)).join(rows) + "]"


def _vector(words: list[str], indent: int, width: int) -> str:
    per_line = max(1, (LINE_WIDTH - indent) // (width + 2))
    lines = [", ".join(words[i : i + per_line]) for i in range(0, len(words), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


class _Format:
    """How the elements of one tensor are written: all with the same digits, in the same width."""

    def __init__(self, array: ndarray) -> None:
        self.floating = array.dtype.kind == "f"
        self.scientific, self.whole, self.width = False, True, 1
        telling = array.ravel()
        if self.floating:
            telling = telling[np.isfinite(telling) & (telling != 0)].astype(np.float64)
        if telling.size == 0:
            return
        if self.floating:
            smallest, largest = np.abs(telling).min(), np.abs(telling).max()
            self.whole = bool((telling == np.ceil(telling)).all())
            self.scientific = bool(largest / 1000 > smallest or largest > 1e8 or smallest < 1e-4)
        self.width = max(len(self(x)) for x in telling.tolist())

    def __call__(self, x: Any) -> str:
        if not self.floating:
            text = str(x)
        elif self.scientific:
            text = f"{x:.{PRECISION}e}"
        elif self.whole:
            text = f"{x:.0f}" + ("." if math.isfinite(x) else "")
        else:
            text = f"{x:.{PRECISION}f}"
        return text.rjust(self.width)
