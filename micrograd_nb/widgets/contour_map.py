"""`ContourMap`: a function of two numbers as a map, in which higher ground is darker, with its axes; one SVG.

The levels are quantiles of the heights, so that a map of any function is evenly filled: the walls of a valley may be a
thousand times as high as its floor is wide.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import contourpy
import numpy as np
from numpy import ndarray

from ..training.descent import Landscape
from .loss_curve import nice_ticks

LARGEST = 520, 420  # pixels that a map may have
LEAST = 180
LEFT, RIGHT, TOP, BOTTOM = 52, 20, 14, 40  # margins, which hold the axes
LEVELS = 12
POINTS = 91  # of the grid, along each side
FARTHEST = 4000  # pixels: what is farther away is drawn there, out of view

Pixel = tuple[float, float]


@dataclass(frozen=True)
class ContourMap:
    """Where points of a landscape are in its picture. Pixels are counted from the corner of the map, not of the SVG."""

    place: Landscape
    width: int
    height: int

    @classmethod
    def of(cls, place: Landscape) -> ContourMap:
        """As large as there is room, equal in both directions where that leaves it neither thin nor tiny."""
        across, up = place.x[1] - place.x[0], place.y[1] - place.y[0]
        scale = min(LARGEST[0] / across, LARGEST[1] / up)
        return cls(place, max(round(across * scale), LEAST), max(round(up * scale), LEAST))

    @property
    def size(self) -> tuple[int, int]:
        """Of the whole picture."""
        return LEFT + self.width + RIGHT, TOP + self.height + BOTTOM

    def pixel(self, point: tuple[float, float]) -> Pixel | None:
        """Where a point is; None if it is nowhere: NaN, or infinitely far."""
        moved = self.moved((point[0] - self.place.x[0], point[1] - self.place.y[1]))
        return None if moved is None else (_near(moved[0]), _near(moved[1]))

    def moved(self, vector: tuple[float, float]) -> Pixel | None:
        """A vector in pixels, which count downwards."""
        x = vector[0] / (self.place.x[1] - self.place.x[0]) * self.width
        y = -vector[1] / (self.place.y[1] - self.place.y[0]) * self.height
        return (x, y) if math.isfinite(x) and math.isfinite(y) else None

    def has(self, pixel: Pixel | None) -> bool:
        """Whether a pixel is in view."""
        return pixel is not None and 0 <= pixel[0] <= self.width and 0 <= pixel[1] <= self.height

    def svg(self, inside: str = "", below: str = "", room: int = 0) -> str:
        """The picture.

        Arguments:
            inside: what is drawn over the map.
            below: what is drawn under it.
            room: how many pixels that needs.
        """
        width, height = self.size
        under = f'<g transform="translate({LEFT} {height})">{below}</g>' if below else ""
        height += room
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
                f'height="{height}" font-family="sans-serif" font-size="12">',
                f'<rect class="mg-paper" width="{width}" height="{height}" fill="#ffffff"/>',
                *self._axes(),
                f'<svg class="mg-map" x="{LEFT}" y="{TOP}" width="{self.width}" height="{self.height}" '
                f'overflow="hidden">{self._ground()}{inside}</svg>',
                f'<rect x="{LEFT}" y="{TOP}" width="{self.width}" height="{self.height}" fill="none" '
                'stroke="#8a8a8a"/>',
                under,
                "</svg>",
            ]
        )

    def _axes(self) -> list[str]:
        parts = []
        for tick in _ticks(self.place.x):
            x = LEFT + round((tick - self.place.x[0]) / (self.place.x[1] - self.place.x[0]) * self.width)
            parts.append(f'<path d="M{x} {TOP + self.height}v4" stroke="#8a8a8a"/>')
            parts.append(_text(x, TOP + self.height + 17, _number(tick), "middle"))
        for tick in _ticks(self.place.y):
            y = TOP + round((self.place.y[1] - tick) / (self.place.y[1] - self.place.y[0]) * self.height)
            parts.append(f'<path d="M{LEFT} {y}h-4" stroke="#8a8a8a"/>')
            parts.append(_text(LEFT - 8, y + 4, _number(tick), "end"))
        parts.append(_text(LEFT + self.width // 2, TOP + self.height + 34, "x", "middle"))
        parts.append(_text(LEFT - 38, TOP + self.height // 2, "y", "middle"))
        return parts

    def _ground(self) -> str:
        """Where the function is not finite, a warm ground; over the rest, a thin layer of grey for each level."""
        x, y, heights = self.place.heights(POINTS)
        known = np.ma.masked_invalid(heights)
        ground = f'<rect width="{self.width}" height="{self.height}" fill="#d55e00" fill-opacity="0.25"/>'
        if known.count() == 0:
            return ground
        most = float(known.max())
        top = most + abs(most) + 1.0  # above all that is there
        if not math.isfinite(top):
            known, top = known / 4, most / 2  # near the largest number there is
        contours = contourpy.contour_generator(
            *self._pixels(x, y), known, fill_type=contourpy.FillType.OuterOffset, quad_as_tri=False
        )
        least = float(known.min())
        layers = [f'<path class="mg-paper" d="{_outline(contours, least - abs(least) - 1.0, top)}" fill="#ffffff"/>']
        for level in _levels(known.compressed()):
            look = 'fill="#808080" fill-opacity="0.045" stroke="#808080" stroke-opacity="0.45" stroke-width="0.8"'
            layers.append(f'<path d="{_outline(contours, level, top)}" {look} fill-rule="evenodd"/>')
        return ground + "".join(layers)

    def _pixels(self, x: ndarray, y: ndarray) -> tuple[ndarray, ndarray]:
        across = (x - self.place.x[0]) / (self.place.x[1] - self.place.x[0]) * self.width
        return across, (self.place.y[1] - y) / (self.place.y[1] - self.place.y[0]) * self.height


def _levels(heights: ndarray) -> list[float]:
    """More of them in the depths, where the optimizers go."""
    shares = (np.arange(1, LEVELS + 1) / (LEVELS + 1)) ** 1.5
    return sorted({float(level) for level in np.quantile(heights, shares) if level > heights.min()})


def _outline(contours: Any, low: float, high: float) -> str:
    """The ground between two heights, as the outline of its pieces with their holes."""
    pieces = []
    for points, offsets in zip(*contours.filled(low, high), strict=True):
        for first, last in itertools.pairwise(offsets.tolist()):
            pieces.append(_ring(np.round(points[first : last - 1] * 10).astype(int)))  # the last is the first again
    return "".join(pieces)


def _ring(tenths: ndarray) -> str:
    """A closed line through points, given in tenths of pixels: from the second on, how far from the one before."""
    (x, y), moves = tenths[0].tolist(), np.diff(tenths, axis=0)
    moves = moves[moves.any(axis=1)]
    return f"M{x / 10:g} {y / 10:g}l{' '.join(f'{dx / 10:g} {dy / 10:g}' for dx, dy in moves.tolist())}Z"


def _ticks(ends: tuple[float, float]) -> list[float]:
    return [tick for tick in nice_ticks(*ends) if ends[0] <= tick <= ends[1]]


def _near(x: float) -> float:
    return round(max(-FARTHEST, min(FARTHEST, x)), 2)


def _number(x: float) -> str:
    return f"{x:g}".replace("-", "−")


def _text(x: int, y: int, text: str, anchor: str) -> str:
    return f'<text class="mg-soft" x="{x}" y="{y}" text-anchor="{anchor}" fill="#555555">{text}</text>'
