"""`backends.mps.is_available()` and the like: False. (PyTorch: torch.backends)

`cudnn` has the switches that code sets for results which repeat; they switch nothing, for NumPy's results do repeat.
"""

from __future__ import annotations


class _Backend:
    """A library for some device, which is not there."""

    __slots__ = ()

    def is_available(self) -> bool:
        return False

    def is_built(self) -> bool:
        return False


class _Cudnn(_Backend):
    __slots__ = ("allow_tf32", "benchmark", "deterministic", "enabled")

    def __init__(self) -> None:
        self.enabled, self.benchmark, self.deterministic, self.allow_tf32 = True, False, False, True

    def version(self) -> None:
        return None


mps, cuda, mkl, mkldnn, openmp = _Backend(), _Backend(), _Backend(), _Backend(), _Backend()
cudnn = _Cudnn()
