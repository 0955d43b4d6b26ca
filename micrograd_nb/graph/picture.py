"""A picture with its description: a notebook shows it, a file holds it."""

from __future__ import annotations

import base64
import html
import re
from pathlib import Path
from typing import Any

from . import compose
from .png import png


class Picture:
    """An SVG with its description. A notebook shows it, `save` writes it, `svg` is its text."""

    def __init__(self, svg: str, description: str) -> None:
        self.svg = compose.titled(svg, description)
        self.description = description

    def save(self, path: str | Path) -> None:
        """Writes the picture to a file, as SVG or, where its name ends in `.png`, as PNG (see `png`).

        Raises:
            ValueError: the name ends in something else.
        """
        path = Path(path)
        match path.suffix.lower():
            case ".svg":
                path.write_text(self.svg, encoding="utf-8")
            case ".png":
                path.write_bytes(self.png())
            case other:
                raise ValueError(f'a picture is saved as ".svg" or ".png", not as "{other}": {path.name}')

    def png(self, scale: float = 2.0) -> bytes:
        """The picture as a PNG on a transparent ground, `scale` times as large.

        Raises:
            RuntimeError: nothing on this machine makes PNG of SVG; the message says what would.
        """
        return png(self.svg, scale)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        # An <img> shows also in a notebook that is not trusted yet, where image/svg+xml is hidden.
        return {"text/plain": repr(self), "text/html": self.img()}

    def img(self) -> str:
        """The picture as an HTML element that needs no other file."""
        data = base64.b64encode(self.svg.encode()).decode()
        style = re.search(r'style="[^"]*"', self.svg)  # its own size, where there is room for it
        alt = f'alt="{html.escape(self.description)}"'
        return f'<img {alt} {style[0] if style else ""} src="data:image/svg+xml;base64,{data}">'

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.description}>"
