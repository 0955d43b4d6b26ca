"""Where random transforms take their random numbers from: `sample_generator`, `drawing_from`.

Every sample that a `DataLoader` fetches has random numbers of its own. They follow from two numbers: the seed of the
pass, which the loader draws at its start from its generator (or from that of `manual_seed`), and the place of the
sample in that pass: first, second, …

    generator of the n-th sample of a pass = Generator().manual_seed(seed of the pass + n)

So a sample is augmented in the same way whichever worker fetches it, in whatever batch size, and in another way in the
next pass. Who writes a dataset or a transform with random numbers in it draws them from here:

    noise = mg.randn(3, 8, 8, generator=mg.data.sample_generator())

What is drawn without a generator comes from the one of `manual_seed`, which threads share: it is random too, but which
worker comes first decides who gets which number.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ..tensors import Generator, randint


def sample_generator() -> Generator | None:
    """The generator of the sample that is being fetched in this thread.

    None where no loader fetches and no `drawing_from` says otherwise. Functions that draw take None for the generator
    of `manual_seed`.

    >>> import micrograd_nb as mg
    >>> sample_generator() is None
    True
    >>> class Dice(mg.data.Dataset):
    ...     def __len__(self):
    ...         return 4
    ...
    ...     def __getitem__(self, index):
    ...         return mg.randint(1, 7, (), generator=mg.data.sample_generator())
    >>> def throw(workers):
    ...     mg.manual_seed(1)
    ...     (batch,) = mg.data.DataLoader(Dice(), batch_size=4, num_workers=workers)
    ...     return batch.tolist()
    >>> throw(workers=0) == throw(workers=2)
    True
    """
    source = here.source
    return source.generator() if isinstance(source, SampleStream) else source


@contextmanager
def drawing_from(generator: Generator) -> Iterator[Generator]:
    """Within it, in this thread, random transforms draw from `generator`.

    >>> import micrograd_nb as mg
    >>> with drawing_from(mg.Generator().manual_seed(0)) as generator:
    ...     sample_generator() is generator
    True
    """
    before, here.source = here.source, generator
    try:
        yield generator
    finally:
        here.source = before


class SampleStream:
    """The random numbers of samples that are fetched one after another.

    Arguments:
        seed: that of the pass.
        place: of the first sample in the pass, counted from 0.
    """

    def __init__(self, seed: int, place: int) -> None:
        self._seed = seed
        self._place = self._upcoming = place
        self._generator: Generator | None = None
        self._is_seeded = False

    def next_sample(self) -> None:
        """The next sample begins. A batch that is fetched at once draws what its first sample would."""
        self._place = self._upcoming
        self._upcoming += 1
        self._is_seeded = False

    def generator(self) -> Generator:
        """That of the sample at hand, seeded when it is first asked for: most datasets never do."""
        if self._generator is None:
            self._generator = Generator()
        if not self._is_seeded:
            self._generator.manual_seed(self._seed + self._place)
            self._is_seeded = True
        return self._generator


def new_seed(generator: Generator | None) -> int:
    """A seed for a pass, drawn from a generator, or from that of `manual_seed`."""
    return int(randint(1 << 62, (), generator=generator).item())


class _Here(threading.local):
    """What this thread draws from; None: the generator of `manual_seed`."""

    source: SampleStream | Generator | None = None


here = _Here()
