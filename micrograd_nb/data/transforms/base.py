"""The base of transforms: `Transform`, and `RandomTransform` for those that draw random numbers."""

from __future__ import annotations

from typing import Any

from ..fetch import transform
from .draws import Params, drawn


class Transform:
    """Makes an image of an image: write `forward(img)`. Calling it also lets a loader's timeline see how long it took.

    >>> class Darken(Transform):
    ...     def forward(self, img):
    ...         return img * 0.5
    >>> import micrograd_nb as mg
    >>> Darken()(mg.ones(1, 1, 2))
    tensor([[[0.5000, 0.5000]]])
    """

    def __call__(self, img: Any) -> Any:
        return transform(self.forward, img)

    def forward(self, img: Any) -> Any:
        raise NotImplementedError(f"Subclasses of Transform should implement forward; {type(self).__name__} has none.")

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class RandomTransform(Transform):
    """A transform that draws first and computes then: write `draw(img)` and `apply(img, **params)`.

    `draw` gives what is random as a dict, with which `apply` gives the same result each time. So what was drawn can be
    seen, `transforms.record`, and used again, `transforms.replay`.

    >>> import micrograd_nb as mg
    >>> from micrograd_nb.data import transforms
    >>> class Noise(RandomTransform):
    ...     def draw(self, img):
    ...         return {"noise": mg.randn(img.shape, generator=mg.data.sample_generator())}
    ...
    ...     def apply(self, img, noise):
    ...         return img + noise
    >>> noisy, draws = transforms.record(Noise(), mg.zeros(2))
    >>> (transforms.replay(Noise(), mg.ones(2), draws) == 1 + noisy).all().item()
    True
    """

    def forward(self, img: Any) -> Any:
        return self.apply(img, **drawn(self, lambda: self.draw(img)))

    def draw(self, img: Any) -> Params:
        """The parameters for an image."""
        raise NotImplementedError(f"{type(self).__name__} has no draw")

    def apply(self, img: Any, **params: Any) -> Any:
        """The image with these parameters: no random numbers here."""
        raise NotImplementedError(f"{type(self).__name__} has no apply")
