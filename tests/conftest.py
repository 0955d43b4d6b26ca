"""What all tests share: a seeded `rng`, PyTorch as `torch` where it is installed, and Hypothesis's settings."""

from __future__ import annotations

import importlib.util
import os
from types import ModuleType

import numpy as np
import pytest
from hypothesis import settings

from micrograd_nb.autograd import record_lines

# No deadline: the first example often pays for an import. In CI the same examples every time, so that a failure there
# comes from the change at hand; on your own machine new ones at each run.
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("local", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")


record_lines()  # as in a notebook


NEEDS_TORCH = "04_the_same_model_in_pytorch"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The lesson that runs PyTorch is skipped where it is missing."""
    if importlib.util.find_spec("torch") is None:
        skip = pytest.mark.skip(reason="PyTorch is not installed: pip install torch==2.13.0")
        for item in items:
            if item.path.stem == NEEDS_TORCH or f"runs_from_top_to_bottom[{NEEDS_TORCH}]" in item.name:
                item.add_marker(skip)


@pytest.fixture
def rng() -> np.random.Generator:
    """Random numbers, the same at each run."""
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def torch() -> ModuleType:
    """PyTorch. A test that compares with it takes this fixture, and is skipped where PyTorch is missing."""
    return pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch==2.13.0")
