"""Where functions take random numbers from."""

from __future__ import annotations

from typing import Any

from ...autograd import tracing
from ...tensors import Generator
from ...tensors.creation import default_generator


def numbers(generator: Generator | None) -> Any:
    """NumPy's generator of the one that is given, or of the one that `manual_seed` seeds."""
    return tracing.generator((generator or default_generator).numpy)
