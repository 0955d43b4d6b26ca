"""ResumableLoader: goes through a loader epoch after epoch, and can be stopped in the middle and gone on with.

    batches = ResumableLoader(loader)
    for epoch in range(batches.epoch, 10):
        for input, target in batches:           the rest of this epoch
            ...
            saved = batches.state_dict()        where it stands; load_state_dict(saved) goes back there

Not only the place is saved: so are the random numbers, of the loader's generator and of `manual_seed`. What follows is
the same to the last bit: the order of the samples, their augmentation, and what dropout leaves out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from ..tensors import Generator
from ..tensors.generator import default_generator


class ResumableLoader:
    """A loader that knows where it stands.

    Arguments:
        loader: gives batches, and can be gone through once for each epoch. It gives the same batches again when its
            generators (its own, its sampler's, that of `manual_seed`) are where they were, as a `DataLoader` does.

    Attributes:
        epoch: how many epochs are through.
        batch: how many batches of the epoch at hand have been given.
        step: how many batches have been given, over all epochs.

    Raises:
        ValueError: an epoch without a batch.

    >>> import micrograd_nb as mg
    >>> batches = ResumableLoader(mg.data.DataLoader(range(4), shuffle=True))
    >>> first = next(iter(batches)), next(iter(batches))
    >>> saved = batches.state_dict()
    >>> rest = list(batches)
    >>> batches.load_state_dict(saved)
    >>> list(batches) == rest
    True
    >>> sorted(int(batch) for batch in [*first, *rest])
    [0, 1, 2, 3]
    """

    def __init__(self, loader: Iterable[Any]) -> None:
        self.loader = loader
        self.epoch = self.batch = self.step = 0
        self._start: list[Any] = []  # the generators at the start of the epoch at hand
        self._now: list[Any] | None = None  # where they are to be when it goes on; None: where they are

    def __iter__(self) -> Iterator[Any]:
        """The batches that are left of the epoch at hand; in the end, it is through."""
        now = self._random_states()
        set_random_states(self.loader, self._start if self.batch else now)
        self._start, self._now = random_states(self.loader), None
        batches = iter(self.loader)
        if self.batch:
            for _ in range(self.batch):
                next(batches, None)
            set_random_states(self.loader, now)
        for batch in batches:
            self.batch += 1
            self.step += 1
            yield batch
        self._check_not_empty()
        self.epoch += 1
        self.batch = 0

    def __len__(self) -> int:
        """How many batches an epoch has."""
        return len(self.loader)  # type: ignore[arg-type]

    def state_dict(self) -> dict[str, Any]:
        """Where it stands, with the states of the generators: plain numbers, strings, lists and dicts.

        Take it between two steps. In the middle of one, random numbers of the step may have been drawn already.
        """
        place = {"epoch": self.epoch, "batch": self.batch, "step": self.step}
        return deepcopy({**place, "start": self._start, "now": self._random_states()})

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Goes to where another one stood. The generators go to where they were as soon as the next batch is wanted.

        The batches of the epoch that were given already are loaded once more and passed over.

        Raises:
            ValueError: the loader has other generators than the one that was saved.
        """
        _check_generators(self.loader, state_dict["now"])
        self.epoch, self.batch, self.step = (int(state_dict[name]) for name in ("epoch", "batch", "step"))
        self._start, self._now = deepcopy(state_dict["start"]), deepcopy(state_dict["now"])

    def _random_states(self) -> list[Any]:
        return random_states(self.loader) if self._now is None else self._now

    def _check_not_empty(self) -> None:
        if self.batch == 0:
            raise ValueError(
                f"the loader gave no batch in epoch {self.epoch + 1}: it is empty, or it is a generator, which can be "
                "gone through only once. Use a DataLoader or a list."
            )


def random_states(loader: Iterable[Any]) -> list[Any]:
    """The states of the generators that a training with this loader draws from."""
    return [generator.get_state() for generator in _generators(loader)]


def set_random_states(loader: Iterable[Any], states: list[Any]) -> None:
    """Puts the generators to where they were at `random_states`."""
    for generator, state in zip(_generators(loader), states, strict=True):
        generator.set_state(state)


def _generators(loader: Any) -> list[Generator]:
    """That of `manual_seed`, the loader's, and those of its samplers; each once."""
    sampler, batch_sampler = getattr(loader, "sampler", None), getattr(loader, "batch_sampler", None)
    holders = (loader, sampler, batch_sampler, getattr(batch_sampler, "sampler", None))
    found = [getattr(holder, "generator", None) for holder in holders]
    return list(dict.fromkeys([default_generator, *(g for g in found if isinstance(g, Generator))]))


def _check_generators(loader: Iterable[Any], states: list[Any]) -> None:
    if len(states) != (count := len(_generators(loader))):
        raise ValueError(
            f"the loader that was saved drew from {len(states)} generators, and this one draws from {count}: make it "
            "as it was made then, with or without generator=…"
        )
