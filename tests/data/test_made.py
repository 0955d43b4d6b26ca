"""Datasets that are made: FakeData and the toy sets."""

from __future__ import annotations

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.data import DataLoader, transforms
from micrograd_nb.data.datasets import FakeData, blobs, circles, moons, regression, spirals


def seeded(seed: int) -> mg.Generator:
    return mg.Generator().manual_seed(seed)


# -- FakeData ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "mode"),
    [((1, 5, 7), "L"), ((2, 5, 7), "LA"), ((3, 5, 7), "RGB"), ((4, 1, 1), "RGBA"), ((3, 224, 224), "RGB")],
)
def test_images_of_any_shape(shape: tuple[int, int, int], mode: str) -> None:
    image, target = FakeData(10, shape, num_classes=4)[7]
    assert (image.mode, image.size) == (mode, shape[:0:-1])
    assert target in range(4)


def test_more_channels_than_an_image_has() -> None:
    image, _ = FakeData(10, (7, 2, 3))[0]
    assert (type(image), image.shape, image.dtype) == (mg.Tensor, (7, 2, 3), mg.uint8)


def test_the_same_each_time_and_others_by_offset() -> None:
    def pixels(offset: int, index: int) -> bytes:
        return FakeData(10, (1, 4, 4), random_offset=offset)[index][0].tobytes()

    mg.manual_seed(0)
    first = pixels(0, 3)
    mg.manual_seed(1)
    assert pixels(0, 3) == pixels(3, 0) == pixels(0, -7) == first
    assert pixels(0, 4) != first


def test_fake_data_train_like_real_ones() -> None:
    dataset = FakeData(10, (3, 4, 5), transform=transforms.ToTensor(), target_transform=lambda target: target + 100)
    images, targets = next(iter(DataLoader(dataset, batch_size=10)))
    assert images.shape == (10, 3, 4, 5)
    assert 0 <= images.min().item() <= images.max().item() <= 1
    assert all(target >= 100 for target in targets.tolist())
    assert len(dataset) == len(list(dataset)) == 10


def test_fake_data_that_cannot_be() -> None:
    with pytest.raises(IndexError, match="FakeData index out of range: 3, and there are 3 samples"):
        FakeData(3)[3]
    with pytest.raises(ValueError, match=r"\(channels, height, width\), each of 1 or more, but got \(3, 0, 4\)"):
        FakeData(3, (3, 0, 4))


# -- toy sets ----------------------------------------------------------------------------------------------------------

TOYS = {"moons": moons, "circles": circles, "spirals": spirals, "blobs": blobs, "regression": regression}


@pytest.mark.parametrize("name", TOYS)
def test_a_seed_repeats_a_toy_set(name: str) -> None:
    def values(generator=None) -> list:
        return [tensor.tolist() for tensor in TOYS[name](31, generator=generator).tensors]

    assert values(seeded(1)) == values(seeded(1)) != values(seeded(2))
    mg.manual_seed(3)
    first = values()
    mg.manual_seed(3)
    assert values() == first != values()


@pytest.mark.parametrize("name", TOYS)
@pytest.mark.parametrize("n", [0, 1, 2, 50])
def test_shapes_and_dtypes(name: str, n: int) -> None:
    inputs, labels = TOYS[name](n).tensors
    assert inputs.dtype == mg.float32
    assert inputs.shape == ((n, 1) if name == "regression" else (n, 2))
    assert (labels.dtype, labels.shape) == ((mg.float32, (n, 1)) if name == "regression" else (mg.int64, (n,)))


@pytest.mark.parametrize(("make", "classes"), [(moons, 2), (circles, 2), (spirals, 2), (blobs, 3)])
def test_classes_are_of_one_size_and_in_random_order(make, classes: int) -> None:
    labels = make(90, generator=seeded(0)).tensors[1].tolist()
    assert [labels.count(label) for label in range(classes)] == [90 // classes] * classes
    assert labels != sorted(labels)


def test_without_noise_points_lie_on_their_curves() -> None:
    points, labels = (tensor.array for tensor in moons(80, noise=0.0, generator=seeded(0)).tensors)
    centers = np.where(labels[:, None] == 0, [0.0, 0.0], [1.0, 0.5])
    assert np.allclose(np.linalg.norm(points - centers, axis=1), 1, atol=1e-6)
    points, labels = (tensor.array for tensor in circles(80, noise=0.0, factor=0.3, generator=seeded(0)).tensors)
    assert np.allclose(np.linalg.norm(points, axis=1), np.where(labels == 0, 1, 0.3), atol=1e-6)
    points, labels = (tensor.array for tensor in spirals(80, noise=0.0, turns=0.5, generator=seeded(0)).tensors)
    angle, radius = np.arctan2(points[:, 1], points[:, 0]), np.linalg.norm(points, axis=1)
    off = (angle / np.pi - radius - labels) % 2
    assert np.allclose(np.minimum(off, 2 - off)[radius > 0.01], 0, atol=1e-4)


def test_noise_has_the_deviation_that_was_asked_for() -> None:
    points, labels = (
        tensor.array for tensor in blobs(6000, centers=[[0.0, 5.0], [9.0, 9.0]], std=0.5, generator=seeded(0)).tensors
    )
    for label, center in enumerate([[0, 5], [9, 9]]):
        cloud = points[labels == label]
        assert np.allclose(cloud.mean(0), center, atol=0.05)
        assert np.allclose(cloud.std(0), 0.5, atol=0.02)


def test_a_line_can_be_found_again() -> None:
    inputs, values = (
        tensor.array
        for tensor in regression(2000, weights=(2.0, -3.0), bias=0.5, noise=0.1, generator=seeded(0)).tensors
    )
    found, *_ = np.linalg.lstsq(np.hstack([inputs, np.ones((2000, 1))]), values, rcond=None)
    assert np.allclose(found[:, 0], [2, -3, 0.5], atol=0.01)


def test_a_radius_that_is_none() -> None:
    with pytest.raises(ValueError, match=r"factor should be between 0 and 1.*factor=1\.5"):
        circles(4, factor=1.5)
