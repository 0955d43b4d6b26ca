"""Transforms: values and texts as torchvision's, recorded by record_torchvision.py; what is random; and the fusions."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import micrograd_nb as mg
from micrograd_nb.data import transforms as T
from micrograd_nb.data.transforms import functional as F
from micrograd_nb.data.transforms import fusion
from tests.data.record_torchvision import NAMES, VALUES, as_array, kept
from tests.data.transform_cases import CASES, REPRS, Library

RECORDED = np.load(VALUES)
OURS = Library(T, F, mg.from_numpy, mg, RECORDED["photo"])


def photo(width: int, height: int, mode: str = "RGB", seed: int = 0) -> Image.Image:
    """Noise, which shows every difference."""
    shape = (height, width, 3) if mode == "RGB" else (height, width)
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, shape, np.uint8))


# -- torchvision -------------------------------------------------------------------------------------------------------


def test_every_recorded_case_is_here() -> None:
    assert set(RECORDED.files) == {"photo", *CASES}
    assert set(json.loads(NAMES.read_text())) == set(REPRS)


@pytest.mark.filterwarnings("ignore:Anti-alias option")
@pytest.mark.parametrize("name", CASES)
def test_value_is_torchvisions(name: str) -> None:
    ours, theirs = kept(name, as_array(CASES[name](OURS))), RECORDED[name]
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype
    if name.endswith((", pil", ", gray")):
        assert ours.tolist() == theirs.tolist()  # a checksum and the shape
        return
    differ = ~np.isclose(ours.astype(float), theirs.astype(float), rtol=1e-5, atol=2e-5)
    whole = ours.dtype.kind in "iu"
    # Computed in floats: a number that comes to lie between two whole ones may be rounded to the other one.
    assert differ.mean() <= (0.02 if whole or "NEAREST" in name or "rotate" in name else 0)
    if whole and "NEAREST" not in name:
        assert np.abs(ours.astype(int) - theirs.astype(int)).max(initial=0) <= 1


@pytest.mark.parametrize("name", REPRS)
def test_repr_is_torchvisions(name: str) -> None:
    assert repr(REPRS[name](T)) == json.loads(NAMES.read_text())[name]


# -- PIL is the reference ----------------------------------------------------------------------------------------------


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.sampled_from(["RGB", "L"]))
def test_resize_is_pils(width: int, height: int, size: int, mode: str) -> None:
    img = photo(width, height, mode)
    short, long = min(width, height), max(width, height)
    new = (size, int(size * long / short)) if width <= height else (int(size * long / short), size)
    assert np.array_equal(T.Resize(size)(img), img.resize(new, Image.Resampling.BILINEAR))


@given(st.floats(-400, 400), st.booleans())
def test_rotation_is_pils(angle: float, expand: bool) -> None:
    img = photo(11, 8)
    assert np.array_equal(F.rotate(img, angle, expand=expand), img.rotate(angle, expand=expand))


@given(st.integers(2, 60), st.integers(2, 60), st.integers(1, 70))
def test_a_tensor_is_resized_as_its_image(width: int, height: int, size: int) -> None:
    """Up to the rounding of Pillow, which rounds after the columns and after the rows."""
    img = photo(width, height)
    ours = F.resize(F.pil_to_tensor(img), (size, size)).array.astype(int)
    assert np.abs(ours - F.pil_to_tensor(img.resize((size, size), 2)).array.astype(int)).max() <= 1


# -- random ones -------------------------------------------------------------------------------------------------------

RANDOM = {
    "RandomCrop": T.RandomCrop(6, padding=2),
    "RandomCrop, padded if needed": T.RandomCrop(20, pad_if_needed=True, padding_mode="reflect"),
    "RandomResizedCrop": T.RandomResizedCrop(5),
    "RandomHorizontalFlip": T.RandomHorizontalFlip(),
    "RandomVerticalFlip": T.RandomVerticalFlip(),
    "RandomRotation": T.RandomRotation(30, expand=True),
    "RandomAffine": T.RandomAffine(10, (0.1, 0.2), (0.5, 2), [1, 2, 3, 4]),
    "ColorJitter": T.ColorJitter(0.5, 0.5, 0.5, 0.2),
    "RandomGrayscale": T.RandomGrayscale(0.5),
    "GaussianBlur": T.GaussianBlur(3),
    "RandomErasing": T.RandomErasing(),
    "RandomErasing with noise": T.RandomErasing(1.0, value="random"),
    "RandomApply": T.RandomApply([T.RandomCrop(6), T.ColorJitter(0.5)]),
    "RandomChoice": T.RandomChoice([T.RandomVerticalFlip(), T.RandomRotation(10)], p=[1, 3]),
    "RandomOrder": T.RandomOrder([T.RandomCrop(6), T.GaussianBlur(3)]),
    "Compose": T.Compose([T.RandomResizedCrop(9), T.RandomApply([T.GaussianBlur(3)], p=0.5), T.RandomHorizontalFlip()]),
}


def forms(name: str) -> list:
    img = photo(13, 16)
    tensor = F.to_tensor(img)
    return [tensor] if "Erasing" in name else [tensor, img]


@pytest.mark.parametrize("name", RANDOM)
@given(seed=st.integers(0, 2**32))
def test_what_was_drawn_is_seen_and_replayed(name: str, seed: int) -> None:
    for img in forms(name):
        mg.manual_seed(seed)
        plain = as_array(RANDOM[name](img))
        mg.manual_seed(seed)
        result, draws = T.record(RANDOM[name], img)
        assert np.array_equal(as_array(result), plain)
        assert draws
        assert all(isinstance(draw, T.Draw) for draw in draws)
        mg.manual_seed(seed + 1)
        before = mg.Generator().get_state(), mg.rand(1).item()
        assert np.array_equal(as_array(T.replay(RANDOM[name], img, draws)), plain)
        mg.manual_seed(seed + 1)
        assert mg.rand(1).item() == before[1]  # replaying has drawn nothing


@pytest.mark.parametrize("name", RANDOM)
def test_it_is_random_and_a_seed_repeats_it(name: str) -> None:
    img = forms(name)[0]

    def results(seed: int) -> list[bytes]:
        mg.manual_seed(seed)
        return [as_array(RANDOM[name](img)).tobytes() for _ in range(20)]

    assert results(0) == results(0)
    assert len(set(results(0))) > 1


def test_an_image_and_its_mask_get_the_same() -> None:
    augment = T.Compose([T.RandomCrop(8), T.RandomHorizontalFlip(), T.RandomRotation(20)])
    img = photo(20, 20)
    once, draws = T.record(augment, img)
    assert [draw.transform for draw in draws] == ["RandomCrop", "RandomHorizontalFlip", "RandomRotation"]
    assert draws[0].params.keys() == {"top", "left", "height", "width"}
    mask = T.replay(augment, img.getchannel(0), draws)
    assert np.array_equal(np.asarray(mask), np.asarray(once)[:, :, 0])


def test_draws_of_another_transform() -> None:
    _, draws = T.record(T.RandomCrop(3), photo(5, 5))
    with pytest.raises(ValueError, match=r"RandomHorizontalFlip is next .* have RandomCrop at position 0"):
        T.replay(T.RandomHorizontalFlip(), photo(5, 5), draws)
    with pytest.raises(ValueError, match="1 of 2 draws are left over, the first of RandomCrop"):
        T.replay(T.RandomCrop(3), photo(5, 5), draws * 2)
    with pytest.raises(ValueError, match="the draws have no more at position 0"):
        T.replay(T.RandomCrop(3), photo(5, 5), [])


def test_a_generator_can_be_given() -> None:
    def crops(seed: int) -> list:
        with mg.data.drawing_from(mg.Generator().manual_seed(seed)):
            return [T.RandomCrop.get_params(photo(50, 50), (5, 5)) for _ in range(5)]

    assert crops(1) == crops(1) != crops(2)


def test_crops_are_spread_evenly() -> None:
    mg.manual_seed(0)
    places = [T.RandomCrop.get_params(mg.zeros(1, 6, 8), (4, 5))[:2] for _ in range(6000)]
    counts = np.zeros((3, 4))
    for place in places:
        counts[place] += 1
    assert np.abs(counts / 6000 - 1 / 12).max() < 0.015


def test_resized_crops_have_the_areas_and_shapes_that_were_asked_for() -> None:
    mg.manual_seed(0)
    pieces = [T.RandomResizedCrop.get_params(mg.zeros(1, 200, 300), (0.2, 0.5), (0.5, 2.0)) for _ in range(500)]
    areas = np.array([h * w / 60000 for _, _, h, w in pieces])
    shapes = np.array([w / h for _, _, h, w in pieces])
    assert 0.19 < areas.min() < 0.23 < 0.46 < areas.max() < 0.51
    assert 0.49 < shapes.min() < 0.6 < 1.7 < shapes.max() < 2.03
    assert abs(np.log(shapes).mean()) < 0.06
    assert all(0 <= top <= 200 - h and 0 <= left <= 300 - w for top, left, h, w in pieces)


@pytest.mark.parametrize(("size", "wanted"), [((10, 100), (0, 43, 10, 13)), ((100, 10), (43, 0, 13, 10))])
def test_a_crop_that_does_not_fit_is_the_middle(size: tuple[int, int], wanted: tuple) -> None:
    assert T.RandomResizedCrop.get_params(mg.zeros(1, *size), (1.0, 1.0), (0.75, 4 / 3)) == wanted


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (T.RandomHorizontalFlip, "flip"),
        (T.RandomVerticalFlip, "flip"),
        (T.RandomGrayscale, "gray"),
        (T.RandomErasing, "erase"),
    ],
)
def test_probabilities(make, key: str) -> None:
    mg.manual_seed(0)
    img = mg.zeros(3, 8, 8)
    for p, low, high in ((0, 0, 0), (0.3, 0.25, 0.35), (1, 1, 1)):
        share = np.mean([T.record(make(p=p), img)[1][0].params[key] for _ in range(1000)])
        assert low <= share <= high


def test_random_choice_follows_its_weights() -> None:
    mg.manual_seed(0)
    choice = T.RandomChoice([T.Lambda(lambda x: 0), T.Lambda(lambda x: 1), T.Lambda(lambda x: 2)], p=[1, 0, 3])
    results = [choice(None) for _ in range(2000)]
    assert 1 not in results
    assert abs(np.mean(results) - 1.5) < 0.1


# -- fusions -----------------------------------------------------------------------------------------------------------

SIDES = st.one_of(st.integers(20, 90), st.sampled_from([32, 48, 64, 96, 60, 90]))
SIZES = st.one_of(st.integers(8, 40), st.sampled_from([8, 16, 32]))
MODES = st.sampled_from(
    [T.InterpolationMode[mode] for mode in ("BILINEAR", "BICUBIC", "BOX", "HAMMING", "LANCZOS", "NEAREST")]
)


@given(SIDES, SIDES, SIZES, st.integers(1, 30), st.integers(1, 30), MODES, st.sampled_from(["RGB", "L", "RGBA"]))
def test_resize_and_crop_in_one_go_are_the_same_pixel_for_pixel(
    width: int, height: int, size: int, crop_height: int, crop_width: int, mode, kind: str
) -> None:
    img = photo(width, height).convert(kind)
    resizing, cropping = T.Resize(size, mode), T.CenterCrop((crop_height, crop_width))
    assert np.array_equal(T.Compose([resizing, cropping])(img), cropping(resizing(img)))


@pytest.mark.parametrize(
    ("size", "exact"),
    [((600, 400), "both"), ((512, 512), "both"), ((640, 427), "rows"), ((427, 640), "columns"), ((300, 200), "both")],
)
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_photos_of_usual_sizes_are_the_same_and_not_computed_whole(size, exact: str, mode: str) -> None:
    img = photo(*size, mode)
    resizing, cropping = T.Resize(256), T.CenterCrop(224)
    both = fusion.fused(resizing, cropping, img)
    assert both is not None
    assert np.array_equal(both, cropping(resizing(img)))
    new = F.resize(img, 256).size
    columns, rows = (fusion._Axis(old, after, 0, 224).is_exact for old, after in zip(img.size, new, strict=True))
    assert (columns, rows) == {"both": (True, True), "rows": (False, True), "columns": (True, False)}[exact]


def test_a_box_in_floats_would_not_be_the_same() -> None:
    """Why the fusion looks at the size first."""
    img = photo(640, 427)
    whole = img.resize((383, 256), 2).crop((80, 16, 304, 240))
    boxed = img.resize((224, 224), 2, box=(80 * 640 / 383, 16 * 427 / 256, 304 * 640 / 383, 240 * 427 / 256))
    assert not np.array_equal(whole, boxed)


@given(st.sampled_from(["RGB", "L"]), st.integers(0, 99))
def test_to_tensor_and_normalize_in_one_go_are_the_same(mode: str, seed: int) -> None:
    img = photo(9, 7, mode, seed)
    n = len(mode)
    channels = 3 if n == 3 else 1
    mean, std = [0.485, 0.456, 0.406][:channels], [0.229, 0.224, 0.225][:channels]
    converting, normalizing = T.ToTensor(), T.Normalize(mean, std)
    both = T.Compose([converting, normalizing])(img)
    apart = normalizing(converting(img))
    assert np.array_equal(both.array, apart.array)
    assert both.dtype == apart.dtype


def test_a_subclass_is_asked_itself() -> None:
    class Loud(T.Resize):
        def forward(self, img):
            return super().forward(img).rotate(180)

    img = photo(64, 64)
    assert np.array_equal(T.Compose([Loud(32), T.CenterCrop(16)])(img), T.CenterCrop(16)(Loud(32)(img)))


def test_the_transforms_of_a_compose_can_be_changed() -> None:
    compose = T.Compose([T.Resize(32), T.CenterCrop(16)])
    compose.transforms.append(T.ToTensor())
    compose.transforms[1] = T.CenterCrop(8)
    assert compose(photo(64, 64)).shape == (3, 8, 8)


def test_nothing_is_written_into_what_comes_in() -> None:
    tensor, img = mg.ones(3, 8, 8), photo(8, 8)
    before = np.array(img)
    for name, transform in {**RANDOM, "Normalize": T.Normalize([0.5], [0.5])}.items():
        if "if needed" not in name:
            transform(tensor)
    assert (tensor == 1).all()
    T.Compose([T.ToTensor(), T.Normalize([0.5] * 3, [0.5] * 3)])(img)
    assert np.array_equal(img, before)


def test_in_place_writes_into_it() -> None:
    tensor = mg.ones(3, 8, 8)
    assert T.Normalize([0.5], [0.5], inplace=True)(tensor) is tensor
    assert T.RandomErasing(1.0, value=7, inplace=True)(tensor) is tensor
    assert tensor.max().item() == 7.0
    assert math.isclose(tensor.min().item(), 1.0)


def test_batches_of_tensors_are_transformed_in_the_same_way() -> None:
    """The usual way to augment on arrays: (N, C, H, W) gets one draw."""
    batch = mg.rand(4, 3, 16, 16)
    for name in ("RandomCrop", "RandomResizedCrop", "RandomRotation", "RandomAffine", "GaussianBlur", "ColorJitter"):
        result, draws = T.record(RANDOM[name], batch)
        single = T.replay(RANDOM[name], batch[2], draws)
        assert np.allclose(result.array[2], single.array, atol=1e-6), name
