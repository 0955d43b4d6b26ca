"""TransformView: its stages are those of the transform, and nothing that is shown breaks the page."""

from __future__ import annotations

import base64
import gc
import io
import math
import re
import weakref
from typing import Any

import numpy as np
import pytest
from PIL import Image

import micrograd_nb as mg
from micrograd_nb.data import drawing_from, transforms
from micrograd_nb.data.transforms import Compose, Lambda, stepwise
from micrograd_nb.widgets import TransformView
from micrograd_nb.widgets.pictures import picture

HOSTILE = "<img src=x onerror=alert(1)>"
AUGMENT = Compose(
    [
        transforms.Resize(20),
        transforms.CenterCrop(16),
        transforms.RandomHorizontalFlip(),
        transforms.ColorJitter(0.4, 0.4),
        transforms.ToTensor(),
        transforms.Normalize([0.5] * 3, [0.2] * 3),
        transforms.RandomErasing(p=1.0),
    ]
)


@pytest.fixture
def photo() -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def html(view: Any) -> str:
    return view._repr_mimebundle_()[0]["text/html"]


# -- the stages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 1, 5])
def test_stages_give_what_the_whole_gives(photo: Image.Image, seed: int) -> None:
    """Compose computes some neighbours in one go; stage by stage it is the same, with the same random numbers."""
    with drawing_from(mg.Generator().manual_seed(seed)):
        whole = AUGMENT(photo)
    view = TransformView(AUGMENT, photo, seed=seed)
    np.testing.assert_array_equal(view.output.array, whole.array)
    np.testing.assert_array_equal(transforms.replay(AUGMENT, photo, view.draws).array, whole.array)


def test_a_stage_that_fails_ends_it() -> None:
    stages = list(stepwise(Compose([Lambda(abs), Lambda(len), Lambda(str)]), -3))
    assert [stage.output for stage in stages] == [3, None, None]
    assert [stage.reached for stage in stages] == [True, True, False]
    assert isinstance(stages[1].error, TypeError)


def test_a_compose_of_another_kind_is_one_stage() -> None:
    class Backwards(Compose):
        def forward(self, img: Any) -> Any:
            return Compose(self.transforms[::-1])(img)

    assert [stage.output for stage in stepwise(Backwards([Lambda(str), Lambda(abs)]), -3)] == ["3"]


# -- what is shown -----------------------------------------------------------------------------------------------------


def test_each_stage_is_shown_before_and_after(photo: Image.Image) -> None:
    view = TransformView(AUGMENT, photo)
    assert view.markup.count("image/bmp") == 1 + 2 * 7  # the input, and two for each stage
    assert view.markup.count("histogram of") == 8
    assert "(16, 16, 3) → (3, 16, 16)" in view.markup
    assert "float32, Tensor" in view.markup
    assert "uint8, PIL, mode RGB" in view.markup
    flip = view.draws[0].params["flip"]
    assert f"flip = {flip}" in view.markup
    assert "picture: from black to white" in view.markup  # Normalize leaves the range that a picture has


def test_a_seed_rolls_again(photo: Image.Image) -> None:
    view = TransformView(AUGMENT, photo)
    first, draws = view.markup, view.draws
    view.seed = 1
    assert view.draws != draws
    view.seed = 0
    assert view.markup == first
    view.seed = -5
    assert view.seed == 0


def test_the_failing_stage_is_marked(photo: Image.Image) -> None:
    transform = Compose([transforms.CenterCrop(8), transforms.Normalize([0.5], [0.5]), transforms.ToTensor()])
    view = TransformView(transform, photo)
    assert view.output is None
    assert view.description == "3 stages, seed 0, stage 2 failed"
    assert "✗ 2. Normalize" in view.markup
    assert "TypeError: img should be Tensor Image" in view.markup
    assert view.markup.count("not reached") == 1


def test_it_recovers_with_another_seed() -> None:
    def fussy(img: Any) -> Any:
        if mg.rand((), generator=mg.data.sample_generator()).item() < 0.5:
            raise ValueError("too dark")
        return img

    view = TransformView(fussy, mg.ones(1, 2, 2))
    outcomes = []
    for view.seed in range(12):
        outcomes.append((view.output is None, "failed" in view.description))
    assert set(outcomes) == {(True, True), (False, False)}


@pytest.mark.parametrize("img", [mg.ones(1, 4, 4), np.ones((4, 4))])
def test_a_stage_that_works_in_place_does_not_change_what_came_before(img: Any) -> None:
    def darken(img: Any) -> Any:
        img *= 0
        return img

    view = TransformView(Compose([Lambda(darken)]), img)
    assert float(img.sum()) == 16
    before, after = view.markup.split("<tbody>")[1].split("</tr>")[:2]
    assert "1 … 1" in before
    assert "0 … 0" in after


def test_functions_are_shown_without_addresses() -> None:
    def double(img: Any) -> Any:
        return 2 * img

    assert "double" in TransformView(double, mg.ones(1, 2, 2)).markup
    assert "0x" not in TransformView(Compose([double, Lambda(double)]), mg.ones(1, 2, 2)).markup


def test_names_are_escaped() -> None:
    class Named:
        def __call__(self, img: Any) -> Any:
            raise ValueError(HOSTILE)

        def __repr__(self) -> str:
            return HOSTILE

    class Drawing(transforms.RandomTransform):
        def draw(self, img: Any) -> dict[str, Any]:
            return {HOSTILE: HOSTILE}

        def apply(self, img: Any, **params: Any) -> Any:
            return HOSTILE

    for transform in (Named(), Drawing()):
        markup = html(TransformView(transform, mg.ones(1, 2, 2)))
        assert "<img src=x" not in markup
        assert "&lt;img src=x" in markup


def test_a_repr_that_fails_is_no_reason_to_show_nothing() -> None:
    class Mute:
        def __call__(self, img: Any) -> Any:
            return img

        def __repr__(self) -> str:
            raise RuntimeError

    assert "repr failed with RuntimeError" in TransformView(Mute(), mg.ones(1, 2, 2)).markup


@pytest.mark.parametrize(
    "output",
    [
        mg.full((1, 2, 2), math.nan),
        mg.tensor([[math.inf, -math.inf, 1.0]]),
        mg.tensor([[-3e38, 3e38]]),
        mg.zeros(3, 0, 0),
        mg.arange(4).reshape(2, 2),
        mg.ones(2, 2) > 0,
        mg.tensor(3.0),
        np.array(["a"]),
        np.array([1 + 2j]),
        Image.new("CMYK", (2, 2)),
        Image.new("I", (2, 2)),
        Image.new("F", (2, 2)),
        [mg.ones(1, 2, 2)] * 6,
        [],
        None,
        "text",
        1e308,
    ],
)
def test_any_output_is_shown(output: Any) -> None:
    view = TransformView(Compose([Lambda(lambda img: output)]), mg.ones(1, 2, 2))
    assert "1. Lambda()" in view.markup


def test_bad_numbers_are_counted_and_coloured() -> None:
    assert "all 4 NaN or infinite" in TransformView(Lambda(lambda img: img * math.nan), mg.ones(1, 2, 2)).markup
    data = re.search(r"image/bmp;base64,([^\"]+)", picture(mg.tensor([[0.0, math.nan, 1.0]])))
    assert data is not None
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(data[1]))))
    assert pixels.tolist() == [[[0, 0, 0], [204, 0, 204], [255, 255, 255]]]


def test_an_empty_compose_shows_the_input() -> None:
    assert TransformView(Compose([]), mg.ones(1, 2, 2)).description == "0 stages, seed 0"


def test_what_cannot_be_called_is_refused() -> None:
    with pytest.raises(TypeError, match="takes a transform, something to call, and got list"):
        TransformView([], mg.ones(1, 2, 2))  # type: ignore[arg-type]


def test_a_view_that_is_closed_keeps_nothing() -> None:
    img = mg.ones(1, 2, 2)
    view, kept = TransformView(Lambda(lambda img: img), img), weakref.ref(img)
    output = weakref.ref(view.output)
    view.close()
    del img
    gc.collect()
    assert (kept(), output()) == (None, None)
    view.seed = 1  # and is still of one piece
    assert repr(view) == "<TransformView: 0 stages, seed 1>"


def test_the_fallback_is_the_same_each_time(photo: Image.Image) -> None:
    assert html(TransformView(AUGMENT, photo)) == html(TransformView(AUGMENT, photo))
