"""Solutions of lesson 2.2.2."""

import micrograd_nb as mg
from micrograd_nb.data import transforms


def statistics(images):
    pixels = mg.cat([image.flatten(1) for image in images], dim=1)  # (3, all pixels of all images)
    return pixels.mean(1), pixels.std(1)


class RandomSquare(transforms.Transform):
    def __init__(self, size):
        self.size = size

    def forward(self, img):
        _, height, width = img.shape
        top = mg.randint(0, height - self.size + 1, ()).item()
        left = mg.randint(0, width - self.size + 1, ()).item()
        img = img.clone()
        img[:, top : top + self.size, left : left + self.size] = 0
        return img
