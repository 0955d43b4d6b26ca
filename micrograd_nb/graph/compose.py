"""Puts SVG pictures below or beside one another, as one picture."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

GAP = 4.0


def column(pictures: Sequence[str]) -> str:
    """One below the other, at the left."""
    sizes = [size(picture) for picture in pictures]
    tops = _offsets([height for _, height in sizes])
    return _placed(pictures, [(0.0, top) for top in tops], max(w for w, _ in sizes), tops[-1] + sizes[-1][1])


def row(pictures: Sequence[str]) -> str:
    """One beside the other, at the top."""
    sizes = [size(picture) for picture in pictures]
    lefts = _offsets([width for width, _ in sizes])
    return _placed(pictures, [(left, 0.0) for left in lefts], lefts[-1] + sizes[-1][0], max(h for _, h in sizes))


def titled(svg: str, title: str) -> str:
    """With a title, which browsers show and read aloud."""
    return re.sub(r"(<svg [^>]*>)", lambda found: f"{found[1]}\n<title>{html.escape(title)}</title>", svg, count=1)


def size(svg: str) -> tuple[float, float]:
    """The width and height that a picture's viewBox has."""
    found = re.search(r'viewBox="\S+ \S+ (\S+) (\S+)"', svg)
    assert found is not None, svg[:200]
    return float(found[1]), float(found[2])


def _offsets(lengths: Sequence[float]) -> list[float]:
    """Where each begins, if they follow one another."""
    starts = [0.0]
    for length in lengths[:-1]:
        starts.append(starts[-1] + length + GAP)
    return starts


def _placed(pictures: Sequence[str], places: Sequence[tuple[float, float]], width: float, height: float) -> str:
    inner = "\n".join(_at(picture, *place) for picture, place in zip(pictures, places, strict=True))
    style = f'style="width:{width:.0f}pt;max-width:100%;height:auto"'
    return (
        f'<svg {style} viewBox="0.00 0.00 {width:.2f} {height:.2f}" xmlns="http://www.w3.org/2000/svg" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink">\n{inner}\n</svg>\n'
    )


def _at(svg: str, left: float, top: float) -> str:
    """A picture at a place inside of another, in its own size."""
    width, height = size(svg)
    place = f'x="{left:.2f}" y="{top:.2f}" width="{width:.2f}" height="{height:.2f}"'
    return re.sub(r'<svg style="[^"]*"', f"<svg {place}", svg, count=1).replace(' id="graph0"', "", 1).strip()
