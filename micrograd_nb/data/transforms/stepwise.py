"""`stepwise(transform, img)`: the stages of a `Compose` one by one, with what each got, drew and gave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .compose import Compose
from .draws import Draw, record


@dataclass(frozen=True)
class Stage:
    """One stage of a transform, after it ran or failed, or was not reached.

    >>> Stage(abs, reached=False).output is None
    True
    """

    transform: Any
    output: Any = None
    draws: tuple[Draw, ...] = ()
    error: Exception | None = None
    reached: bool = True


def stepwise(transform: Any, img: Any) -> Iterator[Stage]:
    """Runs a transform stage by stage, and gives each stage after it ran. What is no `Compose` is one stage.

    The last output is `transform(img)`, to the last bit. An error ends it: the stage that failed has it, and those
    after it come as not reached. A stage may change its input in place: look at an output before the next stage runs.

    >>> import micrograd_nb as mg
    >>> from micrograd_nb.data import transforms
    >>> twice = transforms.Lambda(lambda x: 2 * x)
    >>> [stage.output.tolist() for stage in stepwise(transforms.Compose([twice, twice]), mg.ones(1))]
    [[2.0], [4.0]]
    """
    has_failed = False
    for stage in stages_of(transform):
        if has_failed:
            yield Stage(stage, reached=False)
            continue
        try:
            img, draws = record(stage, img)
        except Exception as error:
            has_failed = True
            yield Stage(stage, error=error)
        else:
            yield Stage(stage, img, draws)


def stages_of(transform: Any) -> list[Any]:
    """The stages of a Compose; of a Compose in a Compose, its own.

    >>> stages_of(Compose([abs, Compose([float, str])]))
    [<built-in function abs>, <class 'float'>, <class 'str'>]
    """
    if type(transform) is not Compose:  # a subclass may run its stages otherwise
        return [transform]
    return [inner for stage in transform.transforms for inner in stages_of(stage)]
