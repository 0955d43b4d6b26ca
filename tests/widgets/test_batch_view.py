"""BatchView: it shows the batches that a loader gives, and nothing of the user's reaches the page as HTML."""

from __future__ import annotations

import gc
import math
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

import micrograd_nb as mg
from micrograd_nb.data import DataLoader, IterableDataset, default_collate, sample_generator
from micrograd_nb.data.datasets import Digits
from micrograd_nb.data.peek import peek
from micrograd_nb.widgets import BatchView

HOSTILE = "<img src=x onerror=alert(1)>"


class Noisy:
    """Each sample is its index and a random number: augmentation, as small as it gets."""

    def __len__(self) -> int:
        return 10

    def __getitem__(self, index: int) -> tuple[int, float]:
        return index, mg.rand((), generator=sample_generator()).item()


def html(view: Any) -> str:
    return view._repr_mimebundle_()[0]["text/html"]


# -- the batches of a loader -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("epoch", [0, 2])
def test_peek_gives_what_the_loader_gives(shuffle: bool, epoch: int) -> None:
    loader = DataLoader(Noisy(), 4, shuffle=shuffle, generator=mg.Generator().manual_seed(7))
    passes = [list(loader) for _ in range(epoch + 1)]
    for number, (indices, noise) in enumerate(passes[epoch]):
        seen = peek(Noisy(), 4, shuffle=shuffle, seed=7, epoch=epoch, number=number)
        assert seen.number == number
        assert seen.batches == 3
        assert list(seen.indices) == indices.tolist()
        assert [sample[0] for sample in seen.samples] == indices.tolist()
        assert default_collate([sample[1] for sample in seen.samples]).tolist() == noise.tolist()
    order = [index for indices, _ in passes[epoch] for index in indices.tolist()]
    assert list(seen.order) == order


def test_only_the_samples_of_the_batch_are_fetched() -> None:
    asked = []

    class Watched(Noisy):
        def __getitem__(self, index: int) -> Any:
            asked.append(index)
            return super().__getitem__(index)

    peek(Watched(), 3, number=2)
    assert asked == [6, 7, 8]


def test_a_number_too_high_is_the_last_batch() -> None:
    assert peek(range(5), 2, number=99).indices == (4,)


class Stream(IterableDataset[int]):
    def __iter__(self) -> Iterator[int]:
        return iter(range(3))


@pytest.mark.parametrize("dataset", [Stream(), iter([1]), DataLoader([1])])
def test_what_has_no_indices_is_refused(dataset: Any) -> None:
    with pytest.raises(TypeError, match=r"takes a dataset with __getitem__\(index\) and __len__\(\), and got"):
        BatchView(dataset)


def test_a_batch_size_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="batch_size"):
        BatchView([1, 2], 0)


# -- what is shown -----------------------------------------------------------------------------------------------------


def test_pictures_labels_and_indices_are_shown() -> None:
    view = BatchView(Digits(), 4)
    view.batch = 1
    for index in (4, 5, 6, 7):
        assert f"#{index}<br>{Digits()[index][1]}<" in view.markup
    assert view.markup.count("image/bmp") == 4
    assert "Tensor (4, 1, 8, 8) float32, Tensor (4,) int64" in view.markup
    assert view.description == "Batch 1 of 360, epoch 0, in order: samples 4, 5, 6, 7"


def test_shuffle_goes_on_and_off() -> None:
    view = BatchView(range(20), 5)
    plain = view.markup
    view.shuffle = True
    shuffled = view.peek.indices
    assert shuffled != (0, 1, 2, 3, 4)
    assert "shuffled with seed 0" in view.description
    view.epoch = 1
    assert view.peek.indices != shuffled  # each pass has an order of its own
    view.seed = 5
    assert view.peek == peek(range(20), 5, shuffle=True, seed=5, epoch=1)
    view.shuffle, view.epoch, view.seed = False, 0, 0
    assert view.markup == plain


def test_a_batch_stays_in_the_pass() -> None:
    view = BatchView(range(5), 2)
    view.batch = 99
    assert (view.batch, view.peek.indices) == (2, (4,))
    view.batch = -1
    assert view.batch == 0
    view.epoch = 10**9  # nobody waits for so many passes
    assert view.epoch == 99


def test_classes_name_the_labels() -> None:
    view = BatchView([(mg.zeros(1, 2, 2), 1)], classes=["cat", "dog"])
    assert "<br>1 dog<" in view.markup


def test_names_are_escaped() -> None:
    for view in (
        BatchView([(mg.zeros(1, 2, 2), HOSTILE)]),
        BatchView([(mg.zeros(1, 2, 2), 0)], classes=[HOSTILE]),
        BatchView([HOSTILE]),
    ):
        assert "<img src=x" not in html(view)
        assert "&lt;img src=x" in html(view)


def test_an_error_of_the_dataset_is_shown_and_escaped() -> None:
    class Broken(Noisy):
        def __getitem__(self, index: int) -> Any:
            if index == 2:
                raise ValueError(HOSTILE)
            return index

    view = BatchView(Broken(), 2)
    view.batch = 1
    assert "The batch cannot be fetched. ValueError: &lt;img src=x" in view.markup
    assert "This was sample 2 of Broken." in view.markup
    view.batch = 2
    assert view.peek.indices == (4, 5)


@pytest.mark.parametrize(
    "sample",
    [
        mg.full((1, 3, 3), math.nan),
        mg.tensor([[[1e38, -1e38, math.inf]]]),
        mg.zeros(0, 3),
        mg.zeros(3, 0, 4),
        mg.zeros(2, 2, 2, 2, 2),
        mg.arange(9).reshape(1, 3, 3),
        mg.ones(3, 3) > 0,
        np.zeros((4, 4, 3), np.uint8),
        Image.new("RGBA", (3, 3)),
        Image.new("P", (3, 3)),
        Image.new("1", (3, 3)),
        None,
        (),
        {"a": 1},
    ],
)
def test_any_sample_is_shown(sample: Any) -> None:
    view = BatchView([sample, sample])
    assert "#0" in view.markup
    assert "cannot be fetched" not in view.markup


def test_an_empty_dataset_is_shown() -> None:
    view = BatchView([])
    assert view.description == "The dataset is empty: a pass has no batches."


def test_what_cannot_be_collated_says_so() -> None:
    assert "default_collate cannot put these" in BatchView([mg.zeros(2), mg.zeros(3)]).markup


def test_large_batches_and_pictures_are_bounded() -> None:
    view = BatchView([mg.zeros(3, 2000, 2000)] * 40, 40)
    assert view.markup.count("image/bmp") == 32
    assert "… and 8 more" in view.markup
    assert len(view.markup) < 32 * 3 * 128**2 * 1.4 + 20_000


# -- without a kernel, and beside others -------------------------------------------------------------------------------


def test_the_fallback_is_the_same_each_time() -> None:
    first, second = (BatchView(Digits(), shuffle=True, seed=3) for _ in range(2))
    assert html(first) == html(second)
    assert html(first).endswith(first.markup)
    assert html(first).startswith(f"<p>{first.description}</p>")
    assert repr(first) == repr(second)


def test_views_do_not_touch_each_other() -> None:
    first, second = BatchView(range(6), 2), BatchView(range(6), 2)
    first.batch = 2
    assert second.peek.indices == (0, 1)


def test_a_view_that_is_closed_keeps_nothing() -> None:
    dataset = Noisy()
    view, kept = BatchView(dataset, 2), weakref.ref(dataset)
    view.close()
    del dataset
    gc.collect()
    assert kept() is None
    assert repr(view) == "<BatchView: batch 0 of 0, samples >"
