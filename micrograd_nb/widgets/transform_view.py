"""`TransformView(transform, img)`: what each stage of a transform does to an image, and what it drew for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import traitlets

from ..data import drawing_from
from ..data.transforms import Compose, Stage, stepwise
from ..data.transforms.draws import Draw
from ..tensors import Generator
from .panel import Drawn, Panel, button, number, shown, table
from .pictures import Facts, histogram, picture

IN_A_FILE = 12  # seeds, at most
HEAD = ["stage", "before", "after", "shape, dtype, range, histogram", "drawn"]


class TransformView(Panel):
    """Shows an image before and after each stage: picture, shape, dtype, range, histogram, and what was drawn.

    All stages run with one seed; "Re-roll" takes the next one. A stage that fails is marked, with its error; those
    after it are not reached. What a function draws without `sample_generator` does not follow the seed.

    Arguments:
        transform: a `Compose`, any other transform, or a function.
        img: what it gets: a PIL image or a tensor. It is not changed: it is copied before a stage may do that.
        seed: of the random numbers.

    Attributes:
        seed: can be set, too.
        output: what the last stage gave; None if one failed.
        draws: what all stages drew, for `transforms.replay`.

    Raises:
        TypeError: `transform` cannot be called.

    >>> import micrograd_nb as mg
    >>> from micrograd_nb.data.transforms import Compose, Normalize, RandomHorizontalFlip
    >>> from micrograd_nb.widgets import TransformView
    >>> view = TransformView(Compose([RandomHorizontalFlip(), Normalize([0.5], [0.5])]), mg.ones(1, 2, 2))
    >>> view
    <TransformView: 2 stages, seed 0>
    >>> view.draws
    (Draw(transform='RandomHorizontalFlip', params={'flip': False}),)
    """

    seed = traitlets.Int(0).tag(sync=True)

    redraw_on = ("seed",)

    def __init__(self, transform: Callable[[Any], Any], img: Any, *, seed: int = 0) -> None:
        if not callable(transform):
            raise TypeError(f"a TransformView takes a transform, something to call, and got {type(transform).__name__}")
        self._transform = transform
        self._img = img
        self.output: Any
        self.draws: tuple[Draw, ...]
        super().__init__(seed=seed, controls=[button("seed", "Re-roll", 1), number("seed", "seed")])

    def draw(self, *, seed: int) -> Drawn:
        image = _copy(self._img)
        before = _Look.at(image)
        rows = [["input", "", before.picture, before.numbers(), ""]]
        output, failed = image, 0
        draws: tuple[Draw, ...] = ()
        with drawing_from(Generator().manual_seed(seed)):
            for number, stage in enumerate(stepwise(self._transform, image), start=1):
                after = _Look.at(stage.output)
                rows.append(_row(number, stage, before, after))
                before, output, draws = after, stage.output, draws + stage.draws
                failed = failed if stage.error is None else number
        return Drawn(table(HEAD, rows), _describe(len(rows) - 1, seed, failed), {"output": output, "draws": draws})

    def choices(self) -> dict[str, Sequence[Any]]:
        return {"seed": range(self.seed, self.seed + IN_A_FILE)}

    def forget(self) -> None:
        self._transform, self._img, self.output, self.draws = Compose([]), None, None, ()

    @traitlets.validate("seed")
    def _from_0_on(self, proposal: Any) -> int:
        return max(0, proposal["value"])

    def __repr__(self) -> str:
        return f"<TransformView: {self.description}>"


def _row(number: int, stage: Stage, before: _Look, after: _Look) -> list[str]:
    name = f"{number}. {_name(stage.transform)}"
    if stage.error is not None:
        return [f"✗ {name}", before.picture, f"<strong>failed</strong><br>{_why(stage.error)}", "", ""]
    if not stage.reached:
        return [f"<em>{name}</em>", "", "<em>not reached</em>", "", ""]
    return [name, before.picture, after.picture, after.numbers(before), _drawn(stage.draws)]


def _describe(stages: int, seed: int, failed: int) -> str:
    at = f", stage {failed} failed" if failed else ""
    return f"{stages} stage{'' if stages == 1 else 's'}, seed {seed}{at}"


@dataclass(frozen=True)
class _Look:
    """How something looked when it was looked at: a later stage may change it in place."""

    picture: str
    facts: Facts
    histogram: str

    @classmethod
    def at(cls, value: Any) -> _Look:
        return cls(picture(value), Facts.of(value), histogram(value))

    def numbers(self, before: _Look | None = None) -> str:
        """Shape, dtype, range and histogram, one under the other; a shape that has changed with the one before."""
        was = before.facts.shape if before else self.facts.shape
        shape = self.facts.shape if was == self.facts.shape else f"{was} → {self.facts.shape}"
        facts = self.facts
        lines = [shape, f"{facts.dtype}, {facts.kind}", facts.range, facts.stretch, self.histogram]
        return "<br>".join(line for line in lines if line)


def _copy(img: Any) -> Any:
    """The image again, so that a stage that works in place changes a copy."""
    if isinstance(img, (list, tuple)):
        return type(img)(_copy(item) for item in img)
    for method in ("clone", "copy"):  # of a tensor; of a PIL image and an array
        if hasattr(img, method):
            return getattr(img, method)()
    return img


def _name(transform: Any) -> str:
    """Functions by their name: their repr has an address in it, which is another one each time."""
    name = getattr(transform, "__qualname__", None)
    return shown(name, 120) if isinstance(name, str) else shown(transform, 120)


def _why(error: Exception) -> str:
    lines = [f"{type(error).__name__}: {error}", *getattr(error, "__notes__", [])]
    return "<br>".join(shown(line, 400) for line in lines)


def _drawn(draws: tuple[Draw, ...]) -> str:
    """What a stage drew; of transforms that hold others, each with its name."""
    lines = []
    for draw in draws:
        params = ", ".join(f"{shown(name)} = {_value(value)}" for name, value in draw.params.items())
        lines.append(f"{shown(draw.transform)}: {params}" if len(draws) > 1 else params)
    return "<br>".join(lines)


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (list, tuple)):
        return f"({', '.join(_value(item) for item in value)})"
    return shown(value)
