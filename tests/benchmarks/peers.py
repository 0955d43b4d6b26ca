"""The systems that ours is compared with, where they are installed; and the check that all compute the same."""

from __future__ import annotations

import functools
import importlib
import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np


@functools.cache
def pytorch() -> Any:
    """PyTorch on as many threads as NumPy, or None."""
    if importlib.util.find_spec("torch") is None:
        print("PyTorch is not installed, so it is not compared with: pip install torch==2.13.0\n")
        return None
    import torch

    from tests.benchmarks import THREADS

    torch.set_num_threads(THREADS)
    return torch


@functools.cache
def hips_autograd() -> Any:
    """HIPS autograd, with its NumPy as `numpy`; or None."""
    if importlib.util.find_spec("autograd") is None:
        print("HIPS autograd is not installed, so it is not compared with: pip install -e '.[bench]'\n")
        return None
    importlib.import_module("autograd.numpy")
    return importlib.import_module("autograd")


def load_prototype(path: Path) -> ModuleType:
    """The engine in a file."""
    spec = importlib.util.spec_from_file_location("prototype", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check_equal(runs: Mapping[str, Callable[[], Any]], tolerance: float, times: int = 20) -> None:
    """Some runs of each give the same arrays. (The steps of a training go on from one another.)"""
    for _ in range(times):
        ours, *others = ([np.asarray(_array(x)) for x in run()] for run in runs.values())
        for other in others:
            for x, y in zip(ours, other, strict=True):
                np.testing.assert_allclose(x, y, rtol=tolerance, atol=tolerance)


def _array(x: Any) -> Any:
    return x.detach().numpy() if hasattr(x, "detach") else x
