"""ImageFolder and DatasetFolder, the photos of the package, and what they say of files that are no images."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import micrograd_nb as mg
from micrograd_nb.data import DataLoader, transforms
from micrograd_nb.data.datasets import DatasetFolder, ImageFolder, sample_images
from tests.data.loading import KINDS, loader


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Two cats, one of them deeper, and a dog; and a text beside them."""
    for name, colour in (("cat/b.png", 10), ("cat/more/a.PNG", 20), ("dog/a.jpg", 30)):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (6, 4), colour).save(path)
    (tmp_path / "cat/notes.txt").write_text("meow")
    return tmp_path


def test_folders_are_classes(pets: Path) -> None:
    dataset = ImageFolder(pets)
    assert dataset.classes == ["cat", "dog"]
    assert dataset.class_to_idx == {"cat": 0, "dog": 1}
    assert dataset.samples == dataset.imgs
    assert dataset.samples == [(f"{pets}/cat/b.png", 0), (f"{pets}/cat/more/a.PNG", 0), (f"{pets}/dog/a.jpg", 1)]
    assert dataset.targets == [0, 0, 1]
    image, target = dataset[1]
    assert (image.mode, image.size, image.getpixel((0, 0)), target) == ("RGB", (6, 4), (20, 20, 20), 0)
    assert len(dataset) == 3


def test_transforms_are_applied(pets: Path) -> None:
    dataset = ImageFolder(pets, transform=transforms.ToTensor(), target_transform=lambda target: 10 + target)
    images, targets = next(iter(DataLoader(dataset, batch_size=3)))
    assert images.shape == (3, 3, 4, 6)
    assert targets.tolist() == [10, 10, 11]


def test_other_files_other_classes_and_another_loader(pets: Path) -> None:
    texts = DatasetFolder(pets, loader=lambda path: Path(path).read_text(), extensions=(".txt",), allow_empty=True)
    assert [texts[i] for i in range(len(texts))] == [("meow", 0)]
    small = ImageFolder(pets, is_valid_file=lambda path: "a." in path, loader=os.path.basename)
    assert [small[i] for i in range(2)] == [("a.PNG", 0), ("a.jpg", 1)]

    class Dogs(ImageFolder):
        def find_classes(self, directory):
            return ["dog"], {"dog": 7}

    assert Dogs(pets).samples == [(f"{pets}/dog/a.jpg", 7)]


def test_repr_is_torchvisions(pets: Path) -> None:
    dataset = ImageFolder(pets, transforms.Compose([transforms.ToTensor()]), target_transform=len)
    assert repr(dataset) == (
        "Dataset ImageFolder\n"
        "    Number of datapoints: 3\n"
        f"    Root location: {pets}\n"
        "    StandardTransform\n"
        "Transform: Compose(\n"
        "               ToTensor()\n"
        "           )\n"
        "Target transform: <built-in function len>"
    )
    assert repr(ImageFolder(pets)) == f"Dataset ImageFolder\n    Number of datapoints: 3\n    Root location: {pets}"


# -- the photos of the package -----------------------------------------------------------------------------------------


def test_the_photos_are_small_and_have_their_notice() -> None:
    folder = Path(sample_images())
    photos = ImageFolder(folder)
    assert photos.classes == ["nature", "people", "things"]
    assert [photos.targets.count(label) for label in range(3)] == [2, 3, 3]
    assert sum(Path(path).stat().st_size for path, _ in photos.samples) < 300_000
    notice = (folder / "NOTICE.txt").read_text(encoding="utf-8")
    for path, _ in photos.samples:
        assert Path(path).relative_to(folder).as_posix() in notice
    assert len({image.size for image, _ in photos}) > 3


@pytest.mark.parametrize(("workers", "kind"), [(0, None), (2, None), (2, "spawn")])
def test_photos_are_augmented_the_same_whoever_loads_them(workers: int, kind: str | None) -> None:
    augment = transforms.Compose(
        [
            transforms.RandomResizedCrop(16),
            transforms.RandomHorizontalFlip(),
            transforms.ColorJitter(0.4, 0.4, 0.4, 0.1),
            transforms.ToTensor(),
        ]
    )
    dataset = ImageFolder(sample_images(), augment)

    def epochs(workers: int, kind: str | None) -> list[bytes]:
        mg.manual_seed(4)
        batches = loader(dataset, workers, kind, batch_size=3, shuffle=True)
        return [images.array.tobytes() for _ in range(2) for images, _ in batches]

    assert epochs(workers, kind) == epochs(0, None)
    assert len(set(epochs(0, None))) == 6


def test_the_timeline_shows_the_transforms() -> None:
    batches = DataLoader(
        ImageFolder(
            sample_images(), transforms.Compose([transforms.Resize(9), transforms.CenterCrop(9), transforms.ToTensor()])
        ),
        batch_size=4,
    )
    with batches.record() as recording:
        list(batches)
    spans = recording.timeline.of(kind="transform")
    assert sorted(span.sample for span in spans) == list(range(8))
    assert 0 < recording.timeline.seconds("transform") < recording.timeline.seconds("fetch")


# -- faults ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["cut", "empty", "text", "noise"])
@pytest.mark.parametrize("kind", [0, *KINDS])
def test_a_damaged_image_is_named(pets: Path, damage: str, kind) -> None:
    path = pets / "dog/a.jpg"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)).save(path)
    content = path.read_bytes()
    path.write_bytes(
        {"cut": content[:-900], "empty": b"", "text": b"no image", "noise": content[:30] + b"?" * 900}[damage]
    )
    dataset = ImageFolder(pets, transforms.ToTensor())
    with pytest.raises(
        OSError, match=r"cannot read the image \S*dog/a\.jpg: .*damaged, or no image.*is_valid_file="
    ) as caught:
        list(loader(dataset, 0 if kind == 0 else 1, None if kind == 0 else kind))
    assert "This was sample 2 of ImageFolder." in caught.value.__notes__


def test_a_file_that_is_gone_or_cannot_be_read(pets: Path) -> None:
    dataset = ImageFolder(pets)
    (pets / "dog/a.jpg").unlink()
    with pytest.raises(FileNotFoundError, match=r"dog/a\.jpg") as caught:
        dataset[2]
    assert "Make the file readable, or leave it out" in caught.value.__notes__[0]
    (pets / "dog/a.jpg").mkdir()
    with pytest.raises(IsADirectoryError, match=r"dog/a\.jpg"):
        dataset[2]


def test_an_unreadable_file(pets: Path, monkeypatch) -> None:
    """As root every file is readable, so the refusal is made up."""

    def refuse(self, *arguments):
        raise PermissionError(13, "Permission denied", str(self))

    dataset = ImageFolder(pets)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(PermissionError, match=r"Permission denied: '\S*cat/b\.png'"):
        dataset[0]


def test_folders_without_images(pets: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"There is no folder .*nowhere: give the one in which every class has"):
        ImageFolder(tmp_path / "nowhere")
    with pytest.raises(
        FileNotFoundError, match=r"Couldn't find any class folder in .*more\. Put the files of each class"
    ):
        ImageFolder(pets / "cat/more")
    (pets / "ape").mkdir()
    with pytest.raises(
        FileNotFoundError,
        match=r"no valid file for the classes ape\. Supported extensions are: \.jpg.*allow_empty=True",
    ):
        ImageFolder(pets)
    assert ImageFolder(pets, allow_empty=True).classes == ["ape", "cat", "dog"]


@pytest.mark.parametrize("options", [{}, {"extensions": (".txt",), "is_valid_file": bool}])
def test_files_are_told_apart_in_one_way(pets: Path, options: dict) -> None:
    with pytest.raises(
        ValueError, match="Both extensions and is_valid_file cannot be None or not None at the same time"
    ):
        DatasetFolder(pets, str, **options)
