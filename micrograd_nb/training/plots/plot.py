"""Plot: a matplotlib figure with its description in words."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .looks import STYLE

DOTS_PER_INCH = 96  # a CSS pixel is 1/96 inch
SHARPNESS = 2  # pixels of the picture to a pixel of the page


class Plot:
    """A picture that a notebook shows, with what it shows in words for those who do not see it.

    Attributes:
        figure: matplotlib's Figure, for changes of your own.
        description: what it shows, in a sentence.
    """

    def __init__(self, figure: Any, description: str) -> None:
        self.figure = figure
        self.description = description

    def save(self, path: str | Path) -> None:
        """Writes the picture to a file: .png, .svg, .pdf, or what else matplotlib writes."""
        self.figure.savefig(path, dpi=SHARPNESS * DOTS_PER_INCH)

    def png(self) -> bytes:
        """The picture as the content of a PNG file."""
        file = io.BytesIO()
        self.figure.savefig(file, format="png", dpi=SHARPNESS * DOTS_PER_INCH, metadata={"Software": None})
        return file.getvalue()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        # An <img> has room for the description, and shows also in a notebook that is not trusted yet.
        return {"text/plain": repr(self), "text/html": self.img()}

    def img(self) -> str:
        """The picture as an HTML element that needs no other file."""
        width = round(self.figure.get_figwidth() * DOTS_PER_INCH)
        data = base64.b64encode(self.png()).decode()
        style = f"width: {width}px; max-width: 100%; height: auto"
        return f'<img alt="{html.escape(self.description)}" style="{style}" src="data:image/png;base64,{data}">'

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.description}>"


def plot(width: float, height: float, draw: Callable[[Any], str]) -> Plot:
    """A plot of so many inches.

    Arguments:
        draw: draws into a figure, and says in words what it drew.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure  # without pyplot, which would keep every figure that it made

    with rc_context(STYLE):  # type: ignore[arg-type]
        figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH, layout="constrained")
        description = draw(figure)
        figure.draw_without_rendering()  # what matplotlib puts off looks at the style, too
    return Plot(figure, description)
