"""What datasets of images have in common: `VisionDataset`, with a transform for the image and one for its label."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ..dataset import Dataset
from ..fetch import transform as measured

Transform = Callable[[Any], Any]


class VisionDataset(Dataset[tuple[Any, Any]]):
    """The base of datasets of images: write `__getitem__`, which ends in `self.transformed(image, target)`.

    (torchvision: datasets.VisionDataset)

    Arguments:
        root: the folder that the images are in, or None.
        transform: makes what a sample holds of the image, a PIL image.
        target_transform: makes what a sample holds of the label.

    >>> class Squares(VisionDataset):
    ...     def __len__(self):
    ...         return 5
    ...
    ...     def __getitem__(self, index):
    ...         return self.transformed(index, index**2)
    >>> Squares(transform=str, target_transform=lambda target: -target)[3]
    ('3', -9)
    """

    def __init__(
        self,
        root: str | Path | None = None,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
    ) -> None:
        self.root = None if root is None else str(Path(root).expanduser())
        self.transform = transform
        self.target_transform = target_transform

    def __len__(self) -> int:
        raise NotImplementedError(
            f"Subclasses of VisionDataset should implement __len__; {type(self).__name__} has none."
        )

    def transformed(self, image: Any, target: Any) -> tuple[Any, Any]:
        """A sample, with the transforms applied."""
        if self.transform is not None:
            image = measured(self.transform, image)
        if self.target_transform is not None:
            target = self.target_transform(target)
        return image, target

    def extra_repr(self) -> str:
        """Further lines for `repr`."""
        return ""

    def __repr__(self) -> str:
        return "\n    ".join([f"Dataset {type(self).__name__}", *self._facts()])

    def _facts(self) -> Iterator[str]:
        yield f"Number of datapoints: {len(self)}"
        if self.root is not None:
            yield f"Root location: {self.root}"
        yield from self.extra_repr().splitlines()
        named = {"Transform: ": self.transform, "Target transform: ": self.target_transform}
        lines = [_hanging(head, part) for head, part in named.items() if part is not None]
        if lines:
            yield "\n".join(["StandardTransform", *lines])


def _hanging(head: str, part: Any) -> str:
    """A text behind a head, further lines under its first one."""
    return head + f"\n{' ' * len(head)}".join(repr(part).splitlines())
