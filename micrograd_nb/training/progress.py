"""The progress bar of a training: lines of plain text that grow from left to right.

    epoch  1/20 [####################] loss 0.9130, validation loss 0.4021, accuracy 88.6 %
    epoch  2/20 [#######

It tells no times and goes back over nothing. So it looks the same in a terminal, in a notebook without its kernel and
in a file, and two runs of the same training print the same.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sized
from time import monotonic
from typing import Any, TextIO

MARKS = 20  # in a whole bar
MOST_LINES = 20  # more epochs share lines
SECONDS = 0.2  # at least, from showing something to showing more
STEPS_PER_MARK = 100  # where nobody knows how many steps an epoch has


class ProgressBar:
    """The bar of a training, to be used as a context.

    Arguments:
        loader: says how many steps an epoch has, if it has a length.
        epochs: how many there are.
        epoch, batch: how much of that is done already.
        file: where to print; standard output if it is not given.

    >>> with ProgressBar(range(5), 2) as bar:
    ...     for epoch in range(2):
    ...         for batch in range(5):
    ...             bar.step()
    ...         bar.epoch("loss 0.5")
    epoch 1/2 [####################] loss 0.5
    epoch 2/2 [####################] loss 0.5
    """

    def __init__(
        self, loader: Iterable[Any], epochs: int, *, epoch: int = 0, batch: int = 0, file: TextIO | None = None
    ) -> None:
        self.file = file or sys.stdout
        self.epochs, self.done = epochs, epoch
        self.steps = len(loader) if isinstance(loader, Sized) else None
        self.epochs_per_line = -(-epochs // MOST_LINES)
        self.batch = batch  # of the epoch at hand
        self.shown = -math.inf
        self._begin_line()

    def _begin_line(self) -> None:
        """Makes ready for the line of the next epochs, of which a part may be done."""
        before = self.done - self.done % self.epochs_per_line
        self.first, self.last = before + 1, min(before + self.epochs_per_line, self.epochs)
        steps = self.steps if self.steps is not None else STEPS_PER_MARK * MARKS
        self.goal = steps * (self.last - before)  # steps of this line
        self.count = steps * (self.done - before) + self.batch
        self.marks = 0
        self.is_open = False
        self.text = ""

    def step(self) -> None:
        """A step is done."""
        self.count += 1
        self.batch += 1
        if not self.is_open or self.count * MARKS >= (self.marks + 1) * self.goal:
            self._draw(self.count * MARKS // self.goal)

    def epoch(self, text: str) -> None:
        """An epoch is done.

        Arguments:
            text: how it went.
        """
        self.text = text
        self.done += 1
        self.steps, self.batch = self.batch, 0  # now it is known
        if self.done == self.last:
            self._draw(MARKS)
            self._end_line()
            self._begin_line()

    def _draw(self, marks: int) -> None:
        marks = min(marks, MARKS)  # there may come more steps than the loader's length said
        self._write(("" if self.is_open else self._head()) + "#" * (marks - self.marks))
        self.marks, self.is_open = marks, True

    def _head(self) -> str:
        width = len(str(self.epochs))
        if self.epochs_per_line == 1:
            return f"epoch {self.first:{width}}/{self.epochs} ["
        return f"epochs {self.first:{width}}-{self.last:{width}}/{self.epochs} ["

    def _end_line(self) -> None:
        self._write(f"{' ' * (MARKS - self.marks)}] {self.text}".rstrip() + "\n")
        self.is_open = False

    def _write(self, text: str) -> None:
        """Prints, and shows it if nothing was shown a moment ago: a notebook keeps a piece for each time."""
        now = monotonic()
        show = now - self.shown >= SECONDS
        print(text, end="", file=self.file, flush=show)
        self.shown = now if show else self.shown

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *error: object) -> None:
        if self.is_open:  # stopped in the middle of a line
            self._end_line()


class Silent:
    """Has what `fit` uses of a progress bar, and shows nothing."""

    def step(self) -> None:
        """A step is done."""

    def epoch(self, text: str) -> None:
        """An epoch is done."""

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *error: object) -> None:
        """There is nothing to end."""
