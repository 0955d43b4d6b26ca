"""Eight photos inside the package, in folders for `ImageFolder`. They need no download."""

from __future__ import annotations

from pathlib import Path


def sample_images() -> str:
    """The path of a folder with photos in three classes: people (3), nature (2), things (3).

    They are of several sizes, upright, wide and square, and one is gray. NOTICE.txt in that folder says who took them,
    and under which licence they can be used.

    >>> from micrograd_nb.data.datasets import ImageFolder
    >>> [image.size for image, target in ImageFolder(sample_images()) if target == 1]
    [(320, 320), (320, 320), (320, 375)]
    """
    return str(Path(__file__).with_name("sample_images"))
