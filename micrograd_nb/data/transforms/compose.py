"""Transforms made of transforms: Compose, RandomApply, RandomChoice, RandomOrder; and Lambda, made of a function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Any

from .base import RandomTransform, Transform
from .draws import Params, order, uniform
from .fusion import fused
from .image import describe

Function = Callable[[Any], Any]


class Compose(Transform):
    """One transform after another. (torchvision: transforms.Compose)

    An error says in which stage it happened, and what that stage got. Some neighbours are computed in one go, with the
    same result to the last bit: Resize and CenterCrop of a PIL image, ToTensor and Normalize (fusion.py).

    >>> import micrograd_nb as mg
    >>> from micrograd_nb.data import transforms
    >>> compose = Compose([transforms.CenterCrop(2), transforms.Normalize([0.5], [0.5])])
    >>> compose
    Compose(
        CenterCrop(size=(2, 2))
        Normalize(mean=[0.5], std=[0.5])
    )
    >>> compose(mg.ones(1, 4, 4)).tolist()
    [[[1.0, 1.0], [1.0, 1.0]]]
    """

    def __init__(self, transforms: Sequence[Function]) -> None:
        self.transforms = transforms

    def forward(self, img: Any) -> Any:
        stages, position = self.transforms, 0
        while position < len(stages):
            both = fused(stages[position], stages[position + 1], img) if position + 1 < len(stages) else None
            if both is not None:
                img = both
                position += 2
            else:
                img = _run(stages[position], img, f"stage {position + 1} of {len(stages)} of a {type(self).__name__}")
                position += 1
        return img

    def __repr__(self) -> str:
        return _listed(self, self.transforms)


class RandomApply(RandomTransform):
    """All of some transforms, with probability `p`, or none of them. (torchvision: transforms.RandomApply)

    Draws:
        apply: whether they are applied. They draw after it.

    >>> RandomApply([abs, str], p=1.0)(-3)
    '3'
    """

    def __init__(self, transforms: Sequence[Function], p: float = 0.5) -> None:
        self.transforms = transforms
        self.p = p

    def draw(self, img: Any) -> Params:
        return {"apply": not self.p < uniform()}

    def apply(self, img: Any, **params: Any) -> Any:
        stages = list(self.transforms) if params["apply"] else []
        for number, stage in enumerate(stages):
            img = _run(stage, img, f"stage {number + 1} of {len(stages)} of a {type(self).__name__}")
        return img

    def __repr__(self) -> str:
        return _listed(self, [f"p={self.p}", *self.transforms])


class RandomChoice(RandomTransform):
    """One of some transforms. (torchvision: transforms.RandomChoice)

    Arguments:
        p: a weight for each transform; without it, all are equally likely.

    Draws:
        choice: the number of the chosen one, from 0. It draws after that.

    >>> RandomChoice([abs, str], p=[0, 1])(-3)
    '-3'
    """

    def __init__(self, transforms: Sequence[Function], p: Sequence[float] | None = None) -> None:
        _check_transforms(transforms)
        if p is not None and not isinstance(p, Sequence):
            raise TypeError(f"Argument p should be a sequence. Got {p!r}.")
        if p is not None and len(p) != len(transforms):
            raise ValueError(
                f"The number of weights does not match the population: {len(p)} weights, {len(transforms)} transforms"
            )
        self.transforms = transforms
        self.p = p

    def draw(self, img: Any) -> Params:
        ends = list(accumulate(self.p or [1.0] * len(self.transforms)))
        dart = uniform(0, ends[-1])
        return {"choice": next((i for i, end in enumerate(ends) if dart < end), len(ends) - 1)}

    def apply(self, img: Any, **params: Any) -> Any:
        number = params["choice"]
        place = f"choice {number + 1} of {len(self.transforms)} of a {type(self).__name__}"
        return _run(self.transforms[number], img, place)

    def __repr__(self) -> str:
        return f"{_listed(self, self.transforms)}(p={self.p})"


class RandomOrder(RandomTransform):
    """All of some transforms, in random order. (torchvision: transforms.RandomOrder)

    Draws:
        order: the numbers of the transforms, from 0. They draw after it.

    >>> RandomOrder([abs, float])(-3)
    3.0
    """

    def __init__(self, transforms: Sequence[Function]) -> None:
        _check_transforms(transforms)
        self.transforms = transforms

    def draw(self, img: Any) -> Params:
        return {"order": order(len(self.transforms))}

    def apply(self, img: Any, **params: Any) -> Any:
        for number in params["order"]:
            place = f"stage {number + 1} of {len(self.transforms)} of a {type(self).__name__}"
            img = _run(self.transforms[number], img, place)
        return img

    def __repr__(self) -> str:
        return _listed(self, self.transforms)


class Lambda(Transform):
    """A function as a transform. (torchvision: transforms.Lambda)

    >>> import micrograd_nb as mg
    >>> Lambda(lambda x: 2 * x)(mg.ones(2))
    tensor([2., 2.])
    """

    def __init__(self, lambd: Function) -> None:
        if not callable(lambd):
            raise TypeError(f"Argument lambd should be callable, got {type(lambd).__name__!r}")
        self.lambd = lambd

    def forward(self, img: Any) -> Any:
        return self.lambd(img)


def _run(stage: Function, img: Any, place: str) -> Any:
    try:
        return stage(img)
    except Exception as error:
        error.add_note(f"It happened in {place}, {stage}, which got {describe(img)}.")
        raise


def _check_transforms(transforms: Any) -> None:
    if not isinstance(transforms, Sequence):
        raise TypeError(f"Argument transforms should be a sequence. Got {transforms!r}.")


def _listed(transform: Any, parts: Sequence[Any]) -> str:
    """A transform with its parts, one on each line."""
    return "\n".join(_lines(transform, parts))


def _lines(transform: Any, parts: Sequence[Any]) -> Iterator[str]:
    yield f"{type(transform).__name__}("
    for part in parts:
        yield f"    {part}"
    yield ")"
