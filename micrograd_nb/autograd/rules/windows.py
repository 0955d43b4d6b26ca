"""Windows that slide over planes: what convolution, pooling and unfolding have in common.

A plane is what the last two axes of an array span, rows and columns. A signal, with one axis, is a plane of one row.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray
from numpy.lib.stride_tricks import as_strided

Pair = tuple[int, int]
"""Something of the rows, and the same of the columns."""


class Window(NamedTuple):
    """A window and how it slides: each is (for the rows, for the columns).

    >>> Window((3, 3), stride=(2, 2)).places((7, 9))
    (3, 4)
    """

    size: Pair
    stride: Pair = (1, 1)  # from one place to the next
    padding: Pair = (0, 0)  # so much is added around the plane
    dilation: Pair = (1, 1)  # from one element of the window to the next

    @property
    def span(self) -> Pair:
        """From the first to the last element, both included."""
        return tuple(d * (k - 1) + 1 for d, k in zip(self.dilation, self.size, strict=True))  # type: ignore[return-value]

    def places(self, plane: tuple[int, ...]) -> Pair:
        """How many places the window has in a plane."""
        return tuple(
            (n + 2 * p - span) // s + 1
            for n, p, span, s in zip(plane, self.padding, self.span, self.stride, strict=True)
        )  # type: ignore[return-value]

    def reach(self, places: Pair) -> Pair:
        """How long the padded plane has to be for so many places."""
        return tuple((n - 1) * s + span for n, s, span in zip(places, self.stride, self.span, strict=True))  # type: ignore[return-value]

    def taps(self, places: Pair) -> Iterator[tuple[int, int, slice, slice]]:
        """Each element (i, j) of the window, and the rows and columns of the padded plane that it sees in turn."""
        (rows, columns), (down, right), (below, beside) = places, self.stride, self.dilation
        for i in range(self.size[0]):
            for j in range(self.size[1]):
                top, left = i * below, j * beside
                yield i, j, slice(top, top + rows * down, down), slice(left, left + columns * right, right)

    def turned(self) -> Window | None:
        """The window that leads back from the places to the plane; None where there are larger steps than one."""
        rows, columns = (span - 1 - p for span, p in zip(self.span, self.padding, strict=True))
        if self.stride != (1, 1) or rows < 0 or columns < 0:
            return None
        return self._replace(padding=(rows, columns))

    @property
    def is_one_element(self) -> bool:
        """Whether it sees each number of the plane once, one at a time."""
        return self.size == self.stride == (1, 1) and self.padding == (0, 0)


def as_plane(x: Any) -> Any:
    """(n, channels, length) → (n, channels, 1, length); a plane stays what it is."""
    return x if x.ndim == 4 else x[:, :, None]


def padded(input: ndarray, window: Window, places: Pair, fill: float = 0) -> ndarray:
    """The planes with the padding around them, at least as large as so many places need; laid out as they were."""
    plane = input.shape[2:]
    size = padded_size(window, places, plane)
    if size == plane:
        return input
    out = np.full_like(input, fill, shape=(*input.shape[:2], *size))
    inside(out, window, plane)[...] = input
    return out


def padded_size(window: Window, places: Pair, plane: tuple[int, ...]) -> Pair:
    """The size of a padded plane."""
    sizes = zip(window.reach(places), plane, window.padding, strict=True)
    return tuple(max(need, n + 2 * p) for need, n, p in sizes)  # type: ignore[return-value]


def inside(x: ndarray, window: Window, plane: tuple[int, ...]) -> ndarray:
    """The planes inside of the padding: a view."""
    (top, left), (rows, columns) = window.padding, plane
    return x[:, :, top : top + rows, left : left + columns]


def sliding(planes: ndarray, window: Window, places: Pair) -> ndarray:
    """What the window sees, without a copy: (n, channels, places, places, size, size)."""
    n, channels, row, column = planes.strides
    steps = (row * window.stride[0], column * window.stride[1], row * window.dilation[0], column * window.dilation[1])
    return as_strided(planes, (*planes.shape[:2], *places, *window.size), (n, channels, *steps), writeable=False)
