"""The C library keeps freed memory, unless it is told not to."""

from __future__ import annotations

import subprocess
import sys

import pytest

from micrograd_nb.autograd import allocator

FAULTS = """
import resource
import numpy as np
import micrograd_nb

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

for _ in range(5):
    np.ones(1 << 23)
before = faults()
for _ in range(20):
    np.ones(1 << 23)
print(faults() - before)
"""


def faults(**environment: str) -> int:
    """Page faults of twenty arrays of 64 MB, one after the other, in a new process."""
    done = subprocess.run([sys.executable, "-c", FAULTS], env=environment, capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(not allocator.keep_freed_memory(), reason="the C library is not glibc")
def test_memory_of_freed_arrays_is_used_again() -> None:
    assert faults() < 100
    assert faults(MICROGRAD_NB_MALLOC="1") < 100


@pytest.mark.skipif(not allocator.keep_freed_memory(), reason="the C library is not glibc")
def test_it_can_be_turned_off() -> None:
    assert faults(MICROGRAD_NB_MALLOC="0") > 100


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_elsewhere_nothing_is_done(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert not allocator.keep_freed_memory()


def test_a_c_library_without_it_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allocator.ctypes, "CDLL", lambda name: object())
    assert not allocator.keep_freed_memory()
