"""FakeData: images of noise, to try something out without any data."""

from __future__ import annotations

from typing import Any

from ...tensors import Generator, from_numpy, randint, randn
from ..transforms.conversion import MODES, to_pil_image
from .vision import Transform, VisionDataset


class FakeData(VisionDataset):
    """Images of noise with random labels, the same ones each time. (torchvision: datasets.FakeData)

    A sample is a PIL image unless `transform` makes something else of it, and a label. With more than four channels,
    which no PIL image has, it is a tensor of bytes.

    Arguments:
        size: how many samples.
        image_size: (channels, height, width).
        num_classes: labels go from 0 up to but without it.
        random_offset: sample i is made from the seed i + random_offset.

    >>> image, target = FakeData(size=3, image_size=(3, 8, 10))[0]
    >>> image.size, image.mode, 0 <= target < 10
    ((10, 8), 'RGB', True)
    """

    def __init__(
        self,
        size: int = 1000,
        image_size: tuple[int, int, int] = (3, 224, 224),
        num_classes: int = 10,
        transform: Transform | None = None,
        target_transform: Transform | None = None,
        random_offset: int = 0,
    ) -> None:
        super().__init__(None, transform, target_transform)
        if len(image_size) != 3 or min(image_size) < 1:
            raise ValueError(f"image_size should be (channels, height, width), each of 1 or more, but got {image_size}")
        self.size = size
        self.image_size = image_size
        self.num_classes = num_classes
        self.random_offset = random_offset

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        if not -len(self) <= index < len(self):
            raise IndexError(f"{type(self).__name__} index out of range: {index}, and there are {len(self)} samples")
        generator = Generator().manual_seed(index % len(self) + self.random_offset)
        noise = randn(self.image_size, generator=generator)
        target = int(randint(self.num_classes, (), generator=generator).item())
        is_image = self.image_size[0] in MODES
        # Floats that are no shares of white wrap around in bytes, as in torchvision: noise stays noise.
        image = (noise.array * 255).astype("i8").astype("u1")
        return self.transformed(to_pil_image(image.transpose(1, 2, 0)) if is_image else from_numpy(image), target)

    def __len__(self) -> int:
        return self.size
