"""Images in folders, one folder for each class: `ImageFolder`; and any files in such folders: `DatasetFolder`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .vision import Transform, VisionDataset

IMG_EXTENSIONS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")


class DatasetFolder(VisionDataset):
    """Files in folders: root/cat/1.txt is a sample of the class cat. (torchvision: datasets.DatasetFolder)

    Arguments:
        root: the folder in which every class has one.
        loader: makes what a sample holds of the path of a file.
        extensions: endings of the files that are samples, (".txt",). Either this or `is_valid_file`.
        transform, target_transform: see `VisionDataset`.
        is_valid_file: tells of the path of a file whether it is a sample.
        allow_empty: whether a class may have no samples.

    Attributes:
        classes: the names of the classes, sorted.
        class_to_idx: the number of each class, which is the label of its samples.
        samples: (path, label) of each sample.
        targets: the label of each sample.

    Raises:
        FileNotFoundError: no such folder, no class in it, a class without samples.
        ValueError: both or neither of `extensions` and `is_valid_file`.

    >>> from pathlib import Path
    >>> from micrograd_nb.data import datasets
    >>> sizes = DatasetFolder(datasets.sample_images(), lambda path: Path(path).stat().st_size, (".jpg",))
    >>> sizes.class_to_idx, sizes[0]
    ({'nature': 0, 'people': 1, 'things': 2}, (23843, 0))
    """

    def __init__(
        self,
        root: str | Path,
        loader: Callable[[str], Any],
        extensions: tuple[str, ...] | None = None,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ) -> None:
        super().__init__(root, transform, target_transform)
        folder = str(Path(root).expanduser())
        self.classes, self.class_to_idx = self.find_classes(folder)
        self.samples = self.make_dataset(folder, self.class_to_idx, extensions, is_valid_file, allow_empty)
        self.targets = [target for _, target in self.samples]
        self.loader = loader
        self.extensions = extensions

    def find_classes(self, directory: str | Path) -> tuple[list[str], dict[str, int]]:
        """The classes in a folder and their numbers; a subclass may find them in another way."""
        return find_classes(directory)

    @staticmethod
    def make_dataset(
        directory: str | Path,
        class_to_idx: dict[str, int],
        extensions: tuple[str, ...] | None = None,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ) -> list[tuple[str, int]]:
        """The samples in a folder; a subclass may make them in another way."""
        return make_dataset(directory, class_to_idx, extensions, is_valid_file, allow_empty)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        path, target = self.samples[index]
        return self.transformed(self.loader(path), target)

    def __len__(self) -> int:
        return len(self.samples)


class ImageFolder(DatasetFolder):
    """Images in folders: root/cat/1.jpg is one of the class cat. (torchvision: datasets.ImageFolder)

    A sample is an image in RGB, a PIL image unless `transform` makes something else of it, and the number of its class.

    Arguments:
        root: the folder in which every class has one.
        transform, target_transform: see `VisionDataset`.
        loader: makes an image of a path; `pil_loader` if it is not given.
        is_valid_file: tells of a path whether it is a sample; without it, the ending tells.
        allow_empty: whether a class may have no images.

    Attributes and errors: see `DatasetFolder`; `imgs` is another name of `samples`. A file that is no image, or half of
    one, raises OSError with its path when it is fetched.

    >>> from micrograd_nb.data import datasets
    >>> photos = ImageFolder(datasets.sample_images())
    >>> photos.classes, len(photos)
    (['nature', 'people', 'things'], 8)
    >>> image, target = photos[0]
    >>> image.mode, image.size, photos.classes[target]
    ('RGB', (420, 280), 'nature')
    """

    def __init__(
        self,
        root: str | Path,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        loader: Callable[[str], Any] | None = None,
        is_valid_file: Callable[[str], bool] | None = None,
        allow_empty: bool = False,
    ) -> None:
        extensions = IMG_EXTENSIONS if is_valid_file is None else None
        super().__init__(
            root, loader or pil_loader, extensions, transform, target_transform, is_valid_file, allow_empty
        )
        self.imgs = self.samples


def pil_loader(path: str) -> Any:
    """The image in a file, in RGB.

    Raises:
        OSError: the file is no image, or damaged, or cannot be read; the message has its path.
    """
    from PIL import Image  # here, because to import micrograd_nb must not take the time to load it

    try:
        with Path(path).open("rb") as file:
            return Image.open(file).convert("RGB")
    except Exception as error:  # decoders raise errors of many kinds
        if isinstance(error, OSError) and error.errno is not None:
            error.add_note("Make the file readable, or leave it out: is_valid_file=… tells which files are samples.")
            raise
        raise OSError(
            f"cannot read the image {path}: {error}. The file is damaged, or no image at all. Get it anew, delete it, "
            "or leave it out: is_valid_file=… tells which files are samples."
        ) from error


def find_classes(directory: str | Path) -> tuple[list[str], dict[str, int]]:
    """The folders in a folder, sorted, and their numbers."""
    if not Path(directory).is_dir():
        raise FileNotFoundError(
            f"There is no folder {directory}: give the one in which every class has a folder of its own "
            f"(now in {Path.cwd()})."
        )
    classes = sorted(entry.name for entry in os.scandir(directory) if entry.is_dir())
    if not classes:
        raise FileNotFoundError(
            f"Couldn't find any class folder in {directory}. Put the files of each class into a folder with its name: "
            f"{Path(directory, 'cat', '1.jpg')}."
        )
    return classes, {name: number for number, name in enumerate(classes)}


def make_dataset(
    directory: str | Path,
    class_to_idx: dict[str, int] | None = None,
    extensions: tuple[str, ...] | None = None,
    is_valid_file: Callable[[str], bool] | None = None,
    allow_empty: bool = False,
) -> list[tuple[str, int]]:
    """(path, label) of all files of all classes in a folder, also of those in deeper folders, sorted."""
    if class_to_idx is None:
        _, class_to_idx = find_classes(directory)
    if not class_to_idx:
        raise ValueError("'class_to_idx' must have at least one entry to collect any samples.")
    if (extensions is None) == (is_valid_file is None):
        raise ValueError("Both extensions and is_valid_file cannot be None or not None at the same time: give one")
    is_sample = is_valid_file or (lambda path: path.lower().endswith(extensions))  # type: ignore[arg-type]
    samples = {name: _files(Path(directory).expanduser() / name, is_sample) for name in sorted(class_to_idx)}
    empty = [name for name, paths in samples.items() if not paths]
    if empty and not allow_empty:
        supported = "" if extensions is None else f"Supported extensions are: {', '.join(extensions)}. "
        raise FileNotFoundError(
            f"Found no valid file for the classes {', '.join(empty)}. {supported}The folder is {directory}: add files, "
            "delete the empty folders, or allow them with allow_empty=True."
        )
    return [(path, class_to_idx[name]) for name, paths in samples.items() for path in paths]


def _files(folder: Path, is_sample: Callable[[str], bool]) -> list[str]:
    return [
        path
        for root, _, names in sorted(os.walk(folder, followlinks=True))
        for name in sorted(names)
        if is_sample(path := os.path.join(root, name))  # noqa: PTH118 - ten times as fast as a Path
    ]
