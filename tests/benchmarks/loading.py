"""Workloads h and i, and folders of photos: how fast data are loaded and transformed.

    python -m tests.benchmarks.loading           # all of it, beside PyTorch and torchvision where they are installed
    python -m tests.benchmarks.loading h i       # some of it

    h        a pass through 60 000 rows of 784 numbers, batch 64, shuffled: without workers, and with 2
    i        Resize(256), CenterCrop(224), ToTensor, Normalize of a photo, for photos of several shapes
    jpegs    a pass through a folder of JPEGs, decoded, cropped and flipped, batch 16: without workers, and with 2
    python   the same for samples that keep Python busy
    watched  what a recorded timeline costs, and that it costs nothing when nobody asks for it

All systems get the same data. Before anything is timed, equal results are checked. A pass with workers includes their
start, unless they are persistent, as it says then.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import micrograd_nb as mg
from micrograd_nb.data import DataLoader, Dataset, TensorDataset, transforms
from micrograd_nb.data.datasets import ImageFolder, sample_images
from tests.benchmarks.paired import compare, report

Runs = dict[str, Callable[[], Any]]

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
SPAWN = {"multiprocessing_context": "spawn", "persistent_workers": True}


def main() -> None:
    wanted = sys.argv[1:] or ["h", "i", "jpegs", "python", "watched"]
    for name in wanted:
        BENCHMARKS[name]()


# -- workload h --------------------------------------------------------------------------------------------------------


def rows() -> None:
    """Each run is a pass of 938 batches."""
    rng = np.random.default_rng(0)
    images, labels = rng.random((60_000, 784), np.float32), rng.integers(0, 10, 60_000)
    dataset = TensorDataset(mg.from_numpy(images), mg.from_numpy(labels))
    torch = _installed("torch")
    theirs = torch and torch.utils.data.TensorDataset(torch.from_numpy(images), torch.from_numpy(labels))
    for workers in (0, 2):
        runs: Runs = {"ours": _pass(DataLoader(dataset, 64, shuffle=True, num_workers=workers))}
        if workers:
            batches = DataLoader(dataset, 64, shuffle=True, num_workers=workers, **SPAWN)
            runs["ours, persistent processes"] = _pass(batches)
        if torch:
            loader = torch.utils.data.DataLoader
            _check_same(DataLoader(dataset, 64, num_workers=workers), loader(theirs, 64, num_workers=workers))
            runs["PyTorch"] = _pass(loader(theirs, 64, shuffle=True, num_workers=workers))
            if workers:
                runs["PyTorch, persistent"] = _pass(
                    loader(theirs, 64, shuffle=True, num_workers=workers, persistent_workers=True)
                )
        _show(f"h: a pass through 60 000 × 784, batch 64, shuffled, {workers} workers (938 batches)", runs, rounds=15)


# -- workload i --------------------------------------------------------------------------------------------------------


def photo() -> None:
    """Each run transforms a photo that is in memory."""
    torchvision = _installed("torchvision")
    coffee = Image.open(Path(sample_images(), "things", "coffee.jpg")).convert("RGB")
    for size in ((600, 400), (512, 512), (640, 427), (427, 640), (1920, 1280)):
        img = coffee.resize(size)
        ours = _usual(transforms)
        apart = list(ours.transforms)
        runs: Runs = {"ours": lambda img=img, ours=ours: ours(img)}
        runs["ours, stage by stage"] = lambda img=img, apart=apart: _one_by_one(apart, img)
        if torchvision:
            theirs = _usual(torchvision.transforms)
            assert np.array_equal(ours(img).numpy(), theirs(img).numpy())
            runs["torchvision"] = lambda img=img, theirs=theirs: theirs(img)
        assert np.array_equal(ours(img).numpy(), _one_by_one(apart, img).numpy())
        _show(f"i: Resize → CenterCrop → ToTensor → Normalize of a photo of {size[0]}×{size[1]}", runs)


def _usual(T: Any) -> Any:
    return T.Compose([T.Resize(256), T.CenterCrop(224), T.ToTensor(), T.Normalize(MEAN, STD)])


def _one_by_one(stages: list[Any], img: Any) -> Any:
    for stage in stages:
        img = stage(img)
    return img


# -- folders of photos, and Python -------------------------------------------------------------------------------------


def jpegs() -> None:
    """Each run is a pass through 64 JPEGs."""
    torchvision = _installed("torchvision")
    with tempfile.TemporaryDirectory() as folder:
        _write_jpegs(Path(folder), n=64, size=(960, 640))
        dataset = ImageFolder(folder, _augment(transforms))
        runs: Runs = {
            "ours, 0 workers": _pass(DataLoader(dataset, 16)),
            "ours, 2 threads": _pass(DataLoader(dataset, 16, num_workers=2)),
            "ours, 2 persistent processes": _pass(DataLoader(dataset, 16, num_workers=2, **SPAWN)),
        }
        if torchvision:
            torch = _installed("torch")
            theirs = torchvision.datasets.ImageFolder(folder, _augment(torchvision.transforms))
            loader = torch.utils.data.DataLoader
            runs["PyTorch, 0 workers"] = _pass(loader(theirs, 16))
            runs["PyTorch, 2 persistent workers"] = _pass(loader(theirs, 16, num_workers=2, persistent_workers=True))
        _show("jpegs: a pass through 64 JPEGs of 960×640, cropped and flipped, batch 16", runs, "ours, 0 workers", 15)


def _augment(T: Any) -> Any:
    return T.Compose([T.RandomResizedCrop(224), T.RandomHorizontalFlip(), T.ToTensor(), T.Normalize(MEAN, STD)])


def _write_jpegs(folder: Path, n: int, size: tuple[int, int]) -> None:
    photos = [image for image, _ in ImageFolder(sample_images())]
    for i in range(n):
        path = folder / str(i % 2) / f"{i}.jpg"
        path.parent.mkdir(exist_ok=True)
        photos[i % len(photos)].resize(size).save(path, quality=90)


class Collatz(Dataset[int]):
    """Samples that keep Python busy."""

    def __len__(self) -> int:
        return 64

    def __getitem__(self, index: int) -> int:
        steps = 0
        for n in range(1000 * index + 1, 1000 * index + 120):
            while n != 1:
                n, steps = n // 2 if n % 2 == 0 else 3 * n + 1, steps + 1
        return steps


def busy() -> None:
    runs: Runs = {
        "0 workers": _pass(DataLoader(Collatz(), 16)),
        "2 threads": _pass(DataLoader(Collatz(), 16, num_workers=2)),
        "2 persistent processes": _pass(DataLoader(Collatz(), 16, num_workers=2, **SPAWN)),
        "2 processes, started in each pass": _pass(
            DataLoader(Collatz(), 16, num_workers=2, multiprocessing_context="spawn")
        ),
    }
    _show("python: a pass through 64 samples that keep Python busy, batch 16", runs, "0 workers", 15)


# -- the timeline ------------------------------------------------------------------------------------------------------


def watched() -> None:
    """Each run is a pass through 2000 small samples, which are fetched one by one."""
    samples = [(np.zeros(8, np.float32), i) for i in range(2000)]
    loader = DataLoader(samples, 64)

    def recorded() -> None:
        with loader.record():
            _pass(loader)()

    def by_hand() -> None:
        for start in range(0, len(samples), 64):
            mg.data.default_collate([samples[i] for i in range(start, min(start + 64, len(samples)))])

    runs: Runs = {"not recorded": _pass(loader), "recorded": recorded, "no loader at all": by_hand}
    _show("watched: a pass through 2000 small samples, batch 64", runs, "not recorded")


# -- what all need -----------------------------------------------------------------------------------------------------


def _pass(loader: Iterable[Any]) -> Callable[[], int]:
    def run() -> int:
        count = 0
        for _ in loader:
            count += 1
        return count

    return run


def _check_same(ours: Iterable[Any], theirs: Iterable[Any]) -> None:
    for our_batch, their_batch in zip(ours, theirs, strict=True):
        for our_part, their_part in zip(our_batch, their_batch, strict=True):
            assert np.array_equal(our_part.numpy(), their_part.numpy())


def _show(title: str, runs: Runs, reference: str = "ours", rounds: int = 25) -> None:
    print(report(title, compare(runs, reference=reference, rounds=rounds), reference=reference), flush=True)


def _installed(name: str) -> Any:
    if importlib.util.find_spec(name) is None:
        print(f"{name} is not installed, so it is not compared with\n")
        return None
    module = __import__(name)
    if name == "torch":
        module.set_num_threads(1)
    else:
        _installed("torch")
    return module


BENCHMARKS = {"h": rows, "i": photo, "jpegs": jpegs, "python": busy, "watched": watched}


if __name__ == "__main__":
    main()
