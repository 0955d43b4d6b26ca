"""Prints tensors as PyTorch does: aligned columns, four digits, scientific where the numbers call for it.

>>> import micrograd_nb as mg
>>> mg.set_printoptions(precision=2)
>>> mg.tensor([1 / 3, 2 / 3])
tensor([0.33, 0.67])
>>> mg.set_printoptions(profile="default")
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy import ndarray

from . import dtypes


@dataclass(frozen=True)
class Options:
    """How tensors are printed."""

    precision: int = 4  # digits after the point
    threshold: float = 1000  # more elements than this are summarised …
    edgeitems: int = 3  # … to so many at each end of an axis
    linewidth: int = 80
    sci_mode: bool | None = None  # scientific notation: True always, False never, None where the numbers call for it


_PROFILES = {
    "default": Options(),
    "short": Options(precision=2, edgeitems=2),
    "full": Options(threshold=math.inf),
}
_options = Options()


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Sets how tensors are printed; what is left out stays, except for sci_mode, which None leaves to the numbers.

    Arguments:
        precision: digits after the point.
        threshold: more elements than this are summarised.
        edgeitems: how many a summary shows at each end of an axis.
        linewidth: characters a line.
        profile: "default", "short" or "full", to start from.
        sci_mode: whether scientific notation is used always, or never.
    """
    global _options
    if profile is not None and profile not in _PROFILES:
        raise ValueError(f"profile is one of {', '.join(_PROFILES)}, not {profile}")
    given: dict[str, Any] = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }
    start = _options if profile is None else _PROFILES[profile]
    _options = replace(start, sci_mode=sci_mode, **{name: x for name, x in given.items() if x is not None})


def get_printoptions() -> dict[str, Any]:
    """How tensors are printed, by the names that `set_printoptions` has."""
    return asdict(_options)


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
        body = _body(array, len(prefix), summarize=array.size > _options.threshold)
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
        if last_line + len(suffix) + 2 > _options.linewidth:
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
    edge = _options.edgeitems
    for axis, n in enumerate(array.shape):
        if n > 2 * edge:
            array = array.take([*range(edge), *range(n - edge, n)], axis)
    return array


def _nested(array: ndarray, indent: int, summarize: bool, form: _Format) -> str:
    if array.ndim == 0:
        return form(array.item())
    n, edge = array.shape[0], _options.edgeitems
    dots = summarize and n > 2 * edge
    shown: list[Any] = [*array[:edge], ..., *array[n - edge :]] if dots else list(array)
    if array.ndim == 1:
        return _vector([" ..." if x is ... else form(x.item()) for x in shown], indent, form.width)
    rows = ["..." if x is ... else _nested(x, indent + 1, summarize, form) for x in shown]
    return "[" + ("," + "\n" * (array.ndim - 1) + " " * (indent + 1)).join(rows) + "]"


def _vector(words: list[str], indent: int, width: int) -> str:
    per_line = max(1, (_options.linewidth - indent) // (width + 2))
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
            far_apart = bool(largest / 1000 > smallest or largest > 1e8 or smallest < 1e-4)
            self.scientific = far_apart if _options.sci_mode is None else _options.sci_mode
        self.width = max(len(self(x)) for x in telling.tolist())

    def __call__(self, x: Any) -> str:
        if not self.floating:
            text = str(x)
        elif self.scientific:
            text = f"{x:.{_options.precision}e}"
        elif self.whole:
            text = f"{x:.0f}" + ("." if math.isfinite(x) else "")
        else:
            text = f"{x:.{_options.precision}f}"
        return text.rjust(self.width)
