"""`BatchView(dataset)`: look at any batch that a loader makes of a dataset, with the order shuffled or not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import traitlets

from ..data import default_collate
from ..data.peek import Peek, peek
from ..tensors import Tensor
from .panel import Drawn, Panel, button, checkbox, number, shown, svg_img
from .panel_file import window
from .pictures import array_of, picture, words

MOST_SAMPLES = 32  # that are drawn of one batch
LAST_EPOCH = 99  # the passes before it are gone through, to come to its random numbers
IN_A_FILE = 24  # batches of a pass, at most
STRIP = 640  # width of the picture of a pass


class BatchView(Panel):
    """Shows the pictures, labels and indices of one batch, and where in the dataset they come from.

    The batches are those of `DataLoader(dataset, batch_size, shuffle, generator=Generator().manual_seed(seed))`, with
    its augmentation. Only the batch that is shown is fetched.

    Arguments:
        dataset: has `__getitem__(index)` and `__len__()`. Samples are `(image, label)`, or images alone.
        batch_size: samples in a batch.
        shuffle: whether each pass has an order of its own.
        seed: of the loader's generator.
        classes: the names of the labels; left out, `dataset.classes` where there is one.

    Attributes:
        batch, epoch: which batch of which pass, from 0 on; they can be set, as `shuffle` and `seed` can.
        peek: what is shown, as data: indices, samples, the order of the pass.

    Raises:
        TypeError: a dataset whose samples have no numbers.
        ValueError: a batch size below 1.

    >>> from micrograd_nb.data.datasets import Digits
    >>> from micrograd_nb.widgets import BatchView
    >>> view = BatchView(Digits(), batch_size=4)
    >>> view
    <BatchView: batch 0 of 360, samples 0, 1, 2, 3>
    >>> view.shuffle = True
    >>> view.peek.indices == (0, 1, 2, 3)
    False
    """

    shuffle = traitlets.Bool(False).tag(sync=True)
    batch = traitlets.Int(0).tag(sync=True)
    epoch = traitlets.Int(0).tag(sync=True)
    seed = traitlets.Int(0).tag(sync=True)

    redraw_on = ("batch", "shuffle", "epoch", "seed")

    def __init__(
        self,
        dataset: Any,
        batch_size: int = 8,
        *,
        shuffle: bool = False,
        seed: int = 0,
        classes: Sequence[str] | None = None,
    ) -> None:
        self._dataset = dataset
        self._batch_size = batch_size
        self._classes = getattr(dataset, "classes", None) if classes is None else classes
        self.peek = peek(dataset, batch_size, shuffle=shuffle, seed=seed)
        last = max(0, self.peek.batches - 1)
        super().__init__(
            shuffle=shuffle,
            seed=seed,
            controls=[
                button("batch", "Previous batch", -1, last),
                button("batch", "Next batch", 1, last),
                number("batch", "batch", last),
                checkbox("shuffle", "shuffle"),
                number("epoch", "epoch", LAST_EPOCH),
                number("seed", "seed"),
            ],
        )

    def draw(self, *, batch: int, shuffle: bool, epoch: int, seed: int) -> Drawn:
        try:
            at = peek(self._dataset, self._batch_size, shuffle=shuffle, seed=seed, epoch=epoch, number=batch)
        except Exception as error:  # a sample that cannot be read is shown as what it is
            message = f"The batch cannot be fetched. {type(error).__name__}: {error}"
            notes = "".join(f"<br>{shown(note, 300)}" for note in getattr(error, "__notes__", []))
            return Drawn(f"<p>{shown(message, 500)}{notes}</p>", f"Batch {batch} of epoch {epoch} cannot be fetched.")
        figures = [self._figure(*sample) for sample in zip(at.indices, at.samples, strict=True)]
        more = len(figures) - MOST_SAMPLES
        rest = f"<p>… and {more} more</p>" if more > 0 else ""
        collated = f"<p>Collated: {_collated(at.samples)}</p>" if figures else ""
        order = f"shuffled with seed {seed}" if shuffle else "in order"
        return Drawn(
            "".join([*figures[:MOST_SAMPLES], rest, collated, strip(at)]),
            f"Batch {at.number} of {at.batches}, epoch {epoch}, {order}: samples {words(at.indices)}"
            if at.batches
            else "The dataset is empty: a pass has no batches.",
            {"peek": at},
        )

    def choices(self) -> dict[str, Sequence[Any]]:
        batches = window(self.batch, 0, max(0, self.peek.batches - 1), IN_A_FILE)
        return {"batch": batches, "shuffle": [False, True], "epoch": [self.epoch], "seed": [self.seed]}

    def forget(self) -> None:
        self._dataset, self._classes, self.peek = (), None, Peek((), 0, 0, (), ())

    @traitlets.validate("batch", "epoch", "seed")
    def _from_0_on(self, proposal: Any) -> int:
        last = {"batch": max(0, self.peek.batches - 1), "epoch": LAST_EPOCH}.get(proposal["trait"].name, math.inf)
        return max(0, min(proposal["value"], last))

    def _figure(self, index: int, sample: Any) -> str:
        image, *labels = sample if isinstance(sample, (tuple, list)) and sample else (sample,)
        caption = "".join(f"<br>{self._label(label)}" for label in labels)
        return f"<figure>{picture(image, f'sample {index}')}<figcaption>#{index}{caption}</figcaption></figure>"

    def _label(self, label: Any) -> str:
        """A label, and the name of its class where it has one."""
        array = array_of(label)
        value = array.item() if array is not None and array.size == 1 else label
        names = self._classes
        if names is not None and isinstance(value, int) and 0 <= value < len(names) and str(names[value]) != str(value):
            return f"{value} {shown(str(names[value]))}"
        return shown(value)

    def __repr__(self) -> str:
        return f"<BatchView: batch {self.peek.number} of {self.peek.batches}, samples {words(self.peek.indices)}>"


def strip(at: Peek) -> str:
    """A picture of the dataset as one line, on which the samples of the batch are marked."""
    n = len(at.order)
    if not n:
        return ""
    width = max(2, STRIP // n)
    places = [round(index * (STRIP - width) / max(1, n - 1)) for index in at.indices]
    drawn = max(2, width - 2)  # neighbours can be told apart, as far as there is room
    marks = "".join(f"M{place} 0h{drawn}v16h-{drawn}z" for place in places)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {STRIP} 20" width="{STRIP}" height="20">'
        f'<path d="M0 18H{STRIP}" stroke="#7a7a7a" stroke-width="2"/><path d="{marks}" fill="#d55e00"/></svg>'
    )
    alt = f"where samples {words(at.indices)} stand among {n}"
    return f"<p>Where they stand in the dataset, from 0 to {n - 1}:<br>{svg_img(svg, alt)}</p>"


def _collated(samples: Sequence[Any]) -> str:
    """What the loader makes of the samples, by shapes and dtypes; or why it cannot."""
    try:
        batch = default_collate(list(samples))
    except Exception as error:
        return f"default_collate cannot put these into one batch. {shown(f'{type(error).__name__}: {error}', 300)}"
    parts = batch if isinstance(batch, (list, tuple)) else [batch]
    return ", ".join(_part(part) for part in parts)


def _part(part: Any) -> str:
    if isinstance(part, Tensor):
        return f"{type(part).__name__} {tuple(part.shape)} {part.array.dtype}"
    return shown(type(part).__name__)
