"""make_grid and save_image: the pixels are torchvision's, recorded by record_torchvision.py."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import micrograd_nb as mg
from micrograd_nb.training import make_grid, save_image
from tests.training.grid_cases import CASES, noise
from tests.training.record_torchvision import GRIDS, saved

RECORDED = np.load(GRIDS)


def test_every_recorded_case_is_here() -> None:
    assert set(RECORDED.files) == {"saved", *CASES}


@pytest.mark.parametrize("name", CASES)
def test_a_grid_is_torchvisions(name: str) -> None:
    grid = CASES[name](make_grid, mg.from_numpy).numpy()
    assert (grid.dtype, grid.shape) == (RECORDED[name].dtype, RECORDED[name].shape)
    np.testing.assert_allclose(grid, RECORDED[name], rtol=0, atol=1e-6)


def test_what_is_saved_has_torchvisions_pixels() -> None:
    assert np.array_equal(saved(save_image, mg.from_numpy(noise(5, 3, 3, 3))), RECORDED["saved"])


def test_the_images_stay_as_they_are() -> None:
    images = mg.from_numpy(noise(2, 3, 3, 3))
    before = images.tolist()
    make_grid(images, normalize=True)
    assert images.tolist() == before
    assert not make_grid(images.requires_grad_()).requires_grad


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.bmp"])
def test_the_ending_says_the_format(tmp_path: Path, name: str) -> None:
    save_image(mg.full((3, 4, 6), 0.5), tmp_path / name)
    image = Image.open(tmp_path / name)
    assert (image.size, image.getpixel((0, 0))) == ((6, 4), (128, 128, 128))


@pytest.mark.parametrize(
    ("error", "make", "message"),
    [
        (TypeError, lambda: make_grid("img"), "tensor or list of tensors expected, got <class 'str'>"),
        (TypeError, lambda: make_grid([1]), "got a list containing <class 'int'>"),
        (RuntimeError, lambda: make_grid([mg.ones(1, 2, 2), mg.ones(1, 3, 2)]), "entry 0 and .* at entry 1.*Resize"),
        (RuntimeError, lambda: make_grid(mg.ones(5)), r"got the shape \(5,\)"),
        (RuntimeError, lambda: make_grid(mg.ones(2, 1, 1, 1, dtype=mg.uint8), normalize=True), r"img\.float\(\)"),
        (TypeError, lambda: make_grid(mg.ones(2, 1, 1, 1), normalize=True, value_range=[0, 1]), "got list"),
        (ValueError, lambda: make_grid(mg.ones(0, 3, 1, 1)), "at least one image"),
        (ValueError, lambda: make_grid([]), "at least one image"),
        (ValueError, lambda: make_grid(mg.ones(2, 3, 1, 1), nrow=0), "got nrow=0"),
        (ValueError, lambda: make_grid(mg.ones(2, 3, 1, 1), padding=-1), "got padding=-1"),
        (TypeError, lambda: save_image(mg.ones(3, 1, 1, dtype=mg.uint8), io.BytesIO(), "PNG"), r"img / 255"),
    ],
)
def test_what_cannot_be_a_grid(error, make, message: str) -> None:
    with pytest.raises(error, match=message):
        make()
