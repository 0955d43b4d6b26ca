"""Numbers and shapes as pictures and steppers write them: short, the same everywhere, with a real minus sign."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

LONGEST_NAME = 40
SHOWN = 16  # tensors of up to so many elements are written out

_NOT_IN_XML = re.compile("[^\\t\\n\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def number(x: Any) -> str:
    """Four significant digits.

    >>> number(2.0), number(-0.123456), number(True), number(float("nan"))
    ('2', '−0.1235', 'True', 'nan')
    """
    if isinstance(x, (bool, np.bool_)):
        return str(bool(x))
    return f"{x:.4g}".replace("-", "−")


def shape(sizes: tuple[int, ...]) -> str:
    """A shape as Python writes it: `()`, `(3,)`, `(2, 3)`."""
    return str(tuple(int(n) for n in sizes))


def name(written: str) -> str:
    """A name that fits into a picture: at most 40 characters, and none that XML does not have.

    >>> name("w"), name("a\\x00b"), len(name("w" * 1000))
    ('w', 'a\ufffdb', 40)
    """
    written = _NOT_IN_XML.sub("\ufffd", written)
    return written if len(written) <= LONGEST_NAME else written[: LONGEST_NAME - 1] + "…"


def array(x: Any) -> str:
    """A few elements as nested lists of numbers; of more, the shape, the range and what is not finite.

    >>> array(np.array([[1.0, 2.5]])), array(np.array(3))
    ('[[1, 2.5]]', '3')
    >>> array(np.arange(100.0))
    '(100,) min 0, mean 49.5, max 99'
    """
    x = np.asarray(x)
    if x.size <= SHOWN:
        return _nested(x)
    return f"{shape(x.shape)} {summary(x)}"


def summary(x: Any) -> str:
    """Smallest, mean and largest element, and how many are NaN or infinite."""
    finite = x[np.isfinite(x)] if x.dtype.kind == "f" else x
    odd = [f"{n} {what}" for what, n in (("NaN", np.isnan(x).sum()), ("inf", np.isinf(x).sum())) if n]
    if finite.size == 0:
        return ", ".join(odd)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = finite.mean(dtype=np.float64)
    ends = [f"min {number(finite.min())}", f"mean {number(mean)}", f"max {number(finite.max())}"]
    return ", ".join(ends + odd)


def _nested(x: Any) -> str:
    return number(x[()]) if x.ndim == 0 else f"[{', '.join(_nested(row) for row in x)}]"
