"""Turns SVG into PNG, with whatever this machine has for it.

`converter()` says what that is: the first that is there of CairoSVG (`pip install cairosvg`), rsvg-convert, Inkscape,
and a Chromium or Chrome, which runs without a window. None of them is needed for anything else.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from . import compose

SECONDS = 60
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def png(svg: str, scale: float = 2.0) -> bytes:
    """The PNG of an SVG picture, `scale` times as large, with a transparent ground.

    Raises:
        RuntimeError: there is nothing to convert with, or it failed.
        ValueError: `scale` is not positive.
    """
    if not scale > 0:
        raise ValueError(f"scale is how many times as large the PNG is, a number above 0, not {scale}")
    name = converter()
    if name is None:
        raise RuntimeError(
            "nothing on this machine turns SVG into PNG: pip install cairosvg, or install one of rsvg-convert "
            "(package librsvg2-bin), Inkscape and Chromium. Or save the picture as SVG, which browsers, notebooks and "
            "word processors show: picture.save('graph.svg')."
        )
    return CONVERTERS[name](_sized(svg), scale)


def converter() -> str | None:
    """The name of what `png` uses here: "cairosvg", "rsvg-convert", "inkscape" or "chromium"; None for nothing."""
    if find_spec("cairosvg") is not None:
        return "cairosvg"
    return next((name for name in ("rsvg-convert", "inkscape", "chromium") if _program(name)), None)


def _program(name: str) -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS if name == "chromium" else (name,))), None)


def _sized(svg: str) -> str:
    """With a width and a height of its own, which a picture for a page leaves to the page."""
    width, height = compose.size(svg)
    return re.sub(r'<svg style="[^"]*"', f'<svg width="{width:.0f}" height="{height:.0f}"', svg, count=1)


# -- one function each -------------------------------------------------------------------------------------------------


def _cairosvg(svg: str, scale: float) -> bytes:
    import cairosvg

    return cairosvg.svg2png(bytestring=svg.encode(), scale=scale)


def _rsvg(svg: str, scale: float) -> bytes:
    return _run(svg, lambda source, target: ["rsvg-convert", f"--zoom={scale}", f"--output={target}", str(source)])


def _inkscape(svg: str, scale: float) -> bytes:
    dpi = f"--export-dpi={round(96 * scale)}"
    return _run(svg, lambda source, target: ["inkscape", f"--export-filename={target}", dpi, str(source)])


def _chromium(svg: str, scale: float) -> bytes:
    width, height = compose.size(svg)
    program = _program("chromium") or ""
    return _run(
        svg,
        lambda source, target: [
            program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
            f"--user-data-dir={source.parent / 'profile'}", "--default-background-color=00000000",
            f"--force-device-scale-factor={scale}", f"--window-size={width:.0f},{height:.0f}",
            f"--screenshot={target}", source.as_uri(),
        ],
    )  # fmt: skip


def _run(svg: str, command: Callable[[Path, Path], list[str]]) -> bytes:
    """What a program makes of a file with the SVG in it."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "graph.svg"), Path(folder, "graph.png")
        source.write_text(svg, encoding="utf-8")
        arguments = command(source, target)
        try:
            done = subprocess.run(arguments, capture_output=True, check=False, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"{arguments[0]} made no PNG in {SECONDS} seconds, and was stopped") from None
        if done.returncode or not target.exists():
            raise RuntimeError(f"{arguments[0]} made no PNG: {done.stderr.decode(errors='replace').strip()[-500:]}")
        return target.read_bytes()


CONVERTERS = {"cairosvg": _cairosvg, "rsvg-convert": _rsvg, "inkscape": _inkscape, "chromium": _chromium}
