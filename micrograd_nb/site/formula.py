r"""`drawing(formula)`: a formula in LaTeX becomes a small SVG. Its letters are drawn: it needs no font and no script.

>>> from micrograd_nb.site.formula import drawing
>>> drawing("x_i")[:41]
'<svg role="img" aria-label="x_i" style="w'
"""

from __future__ import annotations

import html
import re
from xml.etree import ElementTree

from ziamath.config import config
from ziamath.tex import tex2mml
from ziamath.zmath import Math

_TEXT = re.compile(r"\\text\w*\{[^{}]*\}")
_SIZE = 20.0  # of the letters in the drawing, whose lengths on the page are in those of the text around it

config.svg2 = False  # every letter where it stands: nothing in one drawing hangs on the ids of another
config.precision = 2


def drawing(formula: str, *, block: bool = False) -> str:
    r"""The SVG of a formula, in the colour of the text around it, and standing on its line.

    Arguments:
        formula: LaTeX, what stands between the dollars.
        block: whether it stands on a line of its own.

    Raises:
        ValueError: it is not complete, or holds a command that is not known.

    >>> drawing(r"\unknown{x}")
    Traceback (most recent call last):
    ...
    ValueError: cannot draw the formula \unknown{x}: \unknown is no command that it knows
    """
    formula = formula.strip()
    try:
        svg, depth = _draw(formula, block)
    except Exception as error:  # the library has an exception of its own for each mistake
        raise ValueError(f"cannot draw the formula {formula}: {str(error) or 'it is not complete'}") from error
    width, height = (float(svg.attrib.pop(side)) / _SIZE for side in ("width", "height"))
    style = f"width:{width:.3f}em;height:{height:.3f}em;vertical-align:{depth / _SIZE:.3f}em"
    svg.attrib = {"role": "img", "aria-label": formula, "style": style, **svg.attrib}
    return ElementTree.tostring(svg, encoding="unicode")


def _draw(formula: str, block: bool) -> tuple[ElementTree.Element, float]:
    """The drawing, and how far it reaches below the line (a negative number)."""
    # In a text, "\_" is an underscore; the library would draw the stroke as well. And it leaves "<" as it is.
    plain = _TEXT.sub(lambda text: html.escape(text[0].replace(r"\_", "_"), quote=False), formula)
    mathml = ElementTree.fromstring(tex2mml(plain, inline=not block))
    unknown = [text for text in mathml.itertext() if re.match(r"\\\w", text)]
    if unknown:
        raise ValueError(f"{unknown[0]} is no command that it knows")
    mathml.set("mathcolor", "currentColor")
    drawn = Math(mathml, size=_SIZE)
    return drawn.svgxml(), drawn.getyofst() - drawn.margin
