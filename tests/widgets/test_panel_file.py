"""`export_html` of the data views: what the file holds, what it says of it, and how large it may be."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import micrograd_nb as mg
from micrograd_nb.data import sample_generator, simulate_loading
from micrograd_nb.data.datasets import Digits
from micrograd_nb.data.transforms import Compose, Normalize, RandomHorizontalFlip
from micrograd_nb.widgets import BatchView, LoaderTimeline, TransformView
from micrograd_nb.widgets import panel_file as module


class Noisy:
    """Each sample is its index and a random number."""

    def __len__(self) -> int:
        return 10

    def __getitem__(self, index: int) -> tuple[int, float]:
        return index, mg.rand((), generator=sample_generator()).item()


def state(view: Any, folder: Path) -> dict[str, Any]:
    """What an exported file holds."""
    path = folder / "view.html"
    view.export_html(path)
    (text,) = re.findall(r'<script type="application/json" id="state">(.*?)</script>', path.read_text(encoding="utf-8"))
    return json.loads(text)


def control(held: dict[str, Any], trait: str) -> dict[str, Any]:
    return next(control for control in held["controls"] if control["trait"] == trait)


VIEWS = [
    lambda: BatchView(Noisy(), 2, seed=3),
    lambda: TransformView(Compose([RandomHorizontalFlip(), Normalize([0.5], [0.5])]), Digits()[3][0], seed=5),
    lambda: LoaderTimeline(simulate_loading(batches=4, num_workers=2)),
]


@pytest.mark.parametrize("make", VIEWS)
def test_each_state_is_what_the_notebook_shows(make: Any, tmp_path: Path) -> None:
    view = make()
    held = state(view, tmp_path)
    assert len(held["states"]) > 3
    for values, (markup, description) in held["states"].items():
        for trait, value in zip(held["traits"], json.loads(values), strict=True):
            setattr(view, trait, value)
        assert (view.markup, view.description) == (markup, description)


@pytest.mark.parametrize("make", VIEWS)
def test_exporting_changes_nothing(make: Any, tmp_path: Path) -> None:
    view = make()
    before = [view.now(), view.markup, repr(view), *(getattr(view, name, None) for name in ("peek", "output", "draws"))]
    random = mg.get_rng_state()
    state(view, tmp_path)
    after = [view.now(), view.markup, repr(view), *(getattr(view, name, None) for name in ("peek", "output", "draws"))]
    assert all(a is b or a == b for a, b in zip(before, after, strict=True))
    assert (mg.get_rng_state() == random).all()


def test_a_batch_view_holds_the_pass_in_order_and_shuffled(tmp_path: Path) -> None:
    view = BatchView(Noisy(), 2)
    held = state(view, tmp_path)
    assert set(held["states"]) == {f"[{batch},{mixed},0,0]" for batch in range(5) for mixed in ("true", "false")}
    assert held["note"] == (
        "This file holds batch 0 to 4, shuffle off and on, epoch 0, seed 0. The notebook has the others."
    )
    assert control(held, "seed")["fixed"] == "This file holds seed 0. The notebook has the others."
    assert "fixed" not in control(held, "shuffle")


def test_of_a_long_pass_it_holds_the_batches_around_the_present_one(tmp_path: Path) -> None:
    view = BatchView(range(1000), 2)
    view.batch = 300
    held = state(view, tmp_path)
    batches = sorted({json.loads(values)[0] for values in held["states"]})
    assert batches == list(range(288, 312))
    assert (control(held, "batch")["first"], control(held, "batch")["last"]) == (288, 311)


def test_re_rolls_are_those_that_come_next(tmp_path: Path) -> None:
    view = TransformView(RandomHorizontalFlip(), Digits()[3][0], seed=5)
    assert state(view, tmp_path)["note"] == "This file holds seed 5 to 16. The notebook has the others."


def test_a_timeline_holds_each_batch_lit(tmp_path: Path) -> None:
    view = LoaderTimeline(simulate_loading(batches=4, num_workers=2))
    held = state(view, tmp_path)
    assert sorted(held["states"]) == ["[0,1]", "[1,1]", "[2,1]", "[3,1]"]
    assert "epoch" not in held["note"]  # there is one alone, and no control for it


def test_size_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = [mg.rand(3, 128, 128) for _ in range(40)]
    held = state(BatchView(photos, 2), tmp_path)
    assert len(held["states"]) in (6, 8)  # of 40
    assert (tmp_path / "view.html").stat().st_size < 1.2 * module.MOST_CHARACTERS
    large = state(BatchView(photos, 16), tmp_path)  # one state alone has more than the file may have
    assert list(large["states"]) == ["[0,false,0,0]"]
    assert control(large, "shuffle")["fixed"] == "This file holds shuffle off. The notebook has the others."


def test_a_sample_that_cannot_be_read_is_held_as_what_it_is(tmp_path: Path) -> None:
    class Broken(Noisy):
        def __getitem__(self, index: int) -> tuple[int, float]:
            if index == 3:
                raise OSError("no such file")
            return super().__getitem__(index)

    view = BatchView(Broken(), 2)
    held = state(view, tmp_path)
    assert held["states"]["[1,false,0,0]"][1] == "Batch 1 of epoch 0 cannot be fetched."
    assert view.peek.number == 0


def test_names_cannot_leave_their_place(tmp_path: Path) -> None:
    hostile = "</script><script>alert(1)</script>"
    BatchView([(mg.zeros(1, 2, 2), hostile)], 1).export_html(tmp_path / "view.html")
    assert "<script>alert" not in (tmp_path / "view.html").read_text(encoding="utf-8")


def test_what_is_empty_is_a_file_too(tmp_path: Path) -> None:
    assert len(state(BatchView([], 2), tmp_path)["states"]) == 2
