"""What SummaryWriter writes is what PyTorch's writes, message by message."""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import micrograd_nb as mg
from micrograd_nb.training import SummaryWriter
from tests.training.tensorboard.events import events_of, files_of

pytest.importorskip("tensorboard", reason="tensorboard is not installed: pip install tensorboard")

Case = Callable[[Any, Callable[[Any], Any]], None]
"""Takes a writer, and what makes a tensor of an array."""

RNG = np.random.default_rng(0)
NORMAL = RNG.normal(size=(40, 5)).astype("f4")
IMAGE = RNG.random((3, 6, 4)).astype("f4") * 1.4 - 0.2
BATCH = RNG.random((11, 3, 5, 4)).astype("f4")
BYTES = RNG.integers(0, 256, (3, 6, 4)).astype("u1")
LABELS, CHANCES = RNG.integers(0, 2, 50), RNG.random(50).astype("f4")


def purged(writer: Any, t: Any) -> None:
    other = type(writer)(writer.log_dir, purge_step=7)
    other.add_scalar("a", 1.0, 8)
    other.close()


def reopened(writer: Any, t: Any) -> None:
    writer.add_scalar("a", 1.0, 1)
    writer.close()
    writer.add_scalar("a", 2.0, 2)
    writer.flush()
    writer.close()
    writer.close()


def figure(writer: Any, t: Any) -> None:
    from matplotlib.figure import Figure

    figures = [Figure(figsize=(2, 1)) for _ in range(2)]
    for one in figures:
        one.add_subplot().plot([1, 2, 1])
    writer.add_figure("one", figures[0], 1)
    writer.add_figure("several", figures, 2, close=False)


LAYOUT = {"losses": {"both": ["Multiline", ["a", "b"]], "margin": ["Margin", ["a", "b", "c"]]}, "more": {}}
COUNTS = [np.arange(4.0) + row for row in range(6)]

# fmt: off
CASES: dict[str, Case] = {
    "nothing":              lambda w, t: None,
    "scalars":              lambda w, t: [w.add_scalar("a/b", 0.1 * i, i) for i in range(3)],
    "a scalar of a tensor": lambda w, t: w.add_scalar("a", t(np.array([[2.5]], "f4")), 3),
    "a scalar of an array": lambda w, t: w.add_scalar("a", np.array([2.5]), np.int64(3)),
    "a scalar of an int":   lambda w, t: w.add_scalar("a", 3),
    "a scalar of NaN":      lambda w, t: w.add_scalar("a", float("nan"), 1),
    "new style":            lambda w, t: w.add_scalar("a", 0.1, 1, new_style=True),
    "double precision":     lambda w, t: w.add_scalar("a", 0.1, 1, new_style=True, double_precision=True),
    "no double precision":  lambda w, t: w.add_scalar("a", 0.1, 1, double_precision=True),
    "add_scalars":          lambda w, t: [w.add_scalars("a/b", {"x": i, "y": -i}, i) for i in range(2)],
    "histogram":            lambda w, t: w.add_histogram("a", t(NORMAL), 1),
    "histogram of one":     lambda w, t: w.add_histogram("a", 3.0, 1),
    "histogram of zeros":   lambda w, t: w.add_histogram("a", np.zeros(4), 1),
    "histogram of ints":    lambda w, t: w.add_histogram("a", t(np.arange(7)), 1),
    "histogram, 10 bins":   lambda w, t: w.add_histogram("a", t(NORMAL), 1, bins=10),
    "histogram, auto":      lambda w, t: w.add_histogram("a", t(NORMAL), 1, bins="auto"),
    "histogram, edges":     lambda w, t: w.add_histogram("a", t(NORMAL), 1, bins=[-1, 0, 0.5, 2]),
    "histogram, max_bins":  lambda w, t: w.add_histogram("a", t(NORMAL), 1, max_bins=100),
    "histogram, few bins":  lambda w, t: w.add_histogram("a", t(NORMAL), 1, bins=64, max_bins=7),
    "histogram, raw":       lambda w, t: w.add_histogram_raw("a", 0.0, 3.0, 4, 6.0, 14.0, [1, 2, 4], COUNTS[0][:3], 5),
    "image":                lambda w, t: w.add_image("a", t(IMAGE), 1),
    "image, bytes":         lambda w, t: w.add_image("a", t(BYTES), 1),
    "image, HWC":           lambda w, t: w.add_image("a", t(IMAGE.transpose(1, 2, 0)), 1, dataformats="HWC"),
    "image, lower case":    lambda w, t: w.add_image("a", t(IMAGE.transpose(2, 0, 1)), 1, dataformats="wch"),
    "image, HW":            lambda w, t: w.add_image("a", t(IMAGE[0]), 1, dataformats="HW"),
    "image, WH":            lambda w, t: w.add_image("a", t(IMAGE[0]), 1, dataformats="WH"),
    "image, gray":          lambda w, t: w.add_image("a", t(IMAGE[:1]), 1),
    "image, four channels": lambda w, t: w.add_image("a", t(BATCH[0, [0, 1, 2, 0]]), 1),
    "image, doubles":       lambda w, t: w.add_image("a", IMAGE.astype("f8"), 1),
    "image, bools":         lambda w, t: w.add_image("a", t(IMAGE > 0.5), 1),
    "images":               lambda w, t: w.add_images("a", t(BATCH), 1),
    "images, NHWC":         lambda w, t: w.add_images("a", t(BATCH.transpose(0, 2, 3, 1)), 1, dataformats="NHWC"),
    "images, gray":         lambda w, t: w.add_images("a", t(BATCH[:, :1]), 1),
    "images, three":        lambda w, t: w.add_images("a", t(BATCH[:3]), 1),
    "images, by add_image": lambda w, t: w.add_image("a", t(BATCH), 1, dataformats="NCHW"),
    "figures":              figure,
    "text":                 lambda w, t: w.add_text("a", "**bold** 数", 1),
    "PR curve":             lambda w, t: w.add_pr_curve("a", t(LABELS), t(CHANCES), 1),
    "PR curve, thresholds": lambda w, t: w.add_pr_curve("a", t(LABELS), t(CHANCES), 1, num_thresholds=11),
    "PR curve, too many":   lambda w, t: w.add_pr_curve("a", t(LABELS), t(CHANCES), 1, num_thresholds=500),
    "PR curve, weights":    lambda w, t: w.add_pr_curve("a", t(LABELS > 0), t(CHANCES), 1, weights=CHANCES),
    "PR curve, ends":       lambda w, t: w.add_pr_curve("a", np.array([0, 1, 1]), np.array([0.0, 1.0, 0.5]), 1),
    "PR curve, raw":        lambda w, t: w.add_pr_curve_raw("a", *COUNTS, global_step=2, num_thresholds=4),
    "hparams":              lambda w, t: w.add_hparams({"lr": 0.1, "n": 3, "b": True, "s": "x", "none": None},
                                                       {"m/acc": 0.5, "m/loss": 2}, run_name="run", global_step=4),
    "hparams, discrete":    lambda w, t: w.add_hparams({"lr": 0.1, "s": "x"}, {}, {"lr": [0.1, 2.0], "s": ["x"]}, "r"),
    "custom scalars":       lambda w, t: w.add_custom_scalars(LAYOUT),
    "a multiline chart":    lambda w, t: w.add_custom_scalars_multilinechart(["a", "b"], "c", "d"),
    "a margin chart":       lambda w, t: w.add_custom_scalars_marginchart(["a", "b", "c"]),
    "embedding":            lambda w, t: w.add_embedding(t(NORMAL)),
    "embedding, ints":      lambda w, t: w.add_embedding(t(np.arange(6).reshape(3, 2)), global_step=3, tag="a/b%c"),
    "embedding, labels":    lambda w, t: w.add_embedding(t(NORMAL), metadata=list(range(40)), global_step=12),
    "embedding, header":    lambda w, t: w.add_embedding(t(NORMAL[:2]), [[1, 2], [3, 4]], None, 1, "t", ["i", "n"]),
    "embedding, pictures":  lambda w, t: w.add_embedding(t(NORMAL[:11]), list("abcdefghijk"), t(BATCH.swapaxes(2, 3))),
    "embedding, gray":      lambda w, t: w.add_embedding(t(NORMAL[:2]), label_img=t(BATCH[:2, :1, :4])),
    "embedding, twice":     lambda w, t: [w.add_embedding(t(NORMAL), global_step=i) for i in range(2)],
    "purged":               purged,
    "reopened":             reopened,
}
# fmt: on


@pytest.fixture(scope="module")
def their_writer(torch) -> Any:
    from torch.utils import tensorboard

    return tensorboard.SummaryWriter


@pytest.mark.parametrize("name", CASES)
def test_it_writes_what_pytorch_writes(torch, their_writer, tmp_path: Path, name: str) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    with SummaryWriter(ours) as writer:
        CASES[name](writer, mg.from_numpy)
    with their_writer(theirs) as writer:
        CASES[name](writer, torch.from_numpy)
    assert {folder: list(map(str, events)) for folder, events in events_of(ours).items()} == {
        folder: list(map(str, events)) for folder, events in events_of(theirs).items()
    }
    our_files, their_files = files_of(ours), files_of(theirs)
    assert list(our_files) == list(their_files)
    for path, content in our_files.items():
        if path.endswith(".png"):  # theirs is computed in float64
            assert np.abs(pixels(content) - pixels(their_files[path])).max() <= 1
        else:
            assert content == their_files[path], path


def pixels(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content))).astype(int)


def test_signatures_are_pytorchs(their_writer) -> None:
    def parameters(method: Any) -> list[tuple[str, Any]]:
        return [(p.name, p.default) for p in inspect.signature(method).parameters.values()]

    added = [name for name in vars(their_writer) if not name.startswith("_")]
    assert set(added) - set(dir(SummaryWriter)) == set()
    for name in ["__init__", *added]:
        ours = parameters(getattr(SummaryWriter, name))
        if ("arguments", inspect.Parameter.empty) not in ours:  # left out: takes anything, and raises
            assert ours == parameters(getattr(their_writer, name)), name
