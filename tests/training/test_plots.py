"""Plots: what a notebook gets of them, and that they can be read on white and on dark."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from micrograd_nb.training.plots import looks
from micrograd_nb.training.plots.plot import Plot, plot
from tests import ROOT


def line(figure) -> str:
    figure.add_subplot().plot([1, 2])
    return 'a <line> from "1" to 2'


@pytest.fixture
def picture() -> Plot:
    return plot(3.0, 2.0, line)


def test_a_notebook_gets_the_picture_and_its_description(picture: Plot) -> None:
    bundle = picture._repr_mimebundle_()
    assert bundle["text/plain"] == '<Plot: a <line> from "1" to 2>'
    (alt,) = re.findall(r'alt="([^"]*)"', bundle["text/html"])
    assert html.unescape(alt) == 'a <line> from "1" to 2'
    assert "<line>" not in bundle["text/html"]
    assert "width: 288px" in bundle["text/html"]
    assert Image.open(io.BytesIO(picture.png())).size == (576, 384)


def test_nbval_does_not_compare_its_pixels(picture: Plot) -> None:
    rules = re.findall(r"^regex: (.*)\nreplace: (.*)$", (ROOT / "tests/nbval_sanitize.cfg").read_text(), re.MULTILINE)
    page = picture.img()
    for pattern, replacement in rules:
        page = re.sub(pattern, replacement, page)
    assert page.endswith('src="PIXELS">')
    assert html.escape(picture.description) in page


def test_it_brings_its_own_paper(picture: Plot) -> None:
    pixels = np.asarray(Image.open(io.BytesIO(picture.png())).convert("RGBA"))
    assert pixels[0, 0].tolist() == [255, 255, 255, 255]


def test_it_is_the_same_each_time(picture: Plot) -> None:
    assert picture.png() == plot(3.0, 2.0, line).png()


@pytest.mark.parametrize("name", ["a.png", "a.svg"])
def test_it_is_saved(picture: Plot, tmp_path: Path, name: str) -> None:
    picture.save(tmp_path / name)
    assert (tmp_path / name).stat().st_size > 1000


def test_drawing_leaves_matplotlibs_settings(picture: Plot) -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    plot(3.0, 2.0, line)
    assert dict(mpl.rcParams) == before


# -- colours -----------------------------------------------------------------------------------------------------------


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, by WCAG."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = np.array(list(bytes.fromhex(colour[1:]))) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_text_and_lines_stand_out_from_their_paper() -> None:
    assert min(contrast(ink, looks.PAPER) for ink in (looks.INK, looks.SOFT_INK)) >= 4.5
    assert min(contrast(colour, looks.PAPER) for colour in looks.COLOURS[:3]) >= 3


def test_numbers_stand_out_from_every_shade() -> None:
    assert min(contrast(*looks.shade(share)) for share in np.linspace(0, 1, 101)) >= 4.5


def test_sixteen_lines_differ_and_neighbours_without_colours_too() -> None:
    seen = [tuple(map(str, looks.line_look(i).values())) for i in range(16)]
    assert len(set(seen)) == 16
    assert len({dash for _, dash in seen[:4]}) == 4
