"""Memory that several processes see: how a batch comes from a worker process without going through a pipe.

    sender:    layout, pickled = pack(batch, memory)      # the arrays of the batch are in the memory now
    receiver:  batch = unpack(layout, pickled, memory)    # copied out of it, so the memory can be used again

The memory is a file without a name, in the part of the file system that is memory where there is one. So nothing is
left of it when the last process that has it open ends, however it ends.
"""

from __future__ import annotations

import mmap
import os
import pickle
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Layout = list[tuple[int, int]] | None  # of each array: start and length in bytes; None: the arrays are in the pickle
Dumps = Callable[..., bytes]

IS_POSSIBLE = sys.platform != "win32"  # a process there cannot be given an open file; batches go through the pipe
ALIGNMENT = 64  # bytes: a cache line


class SharedMemory:
    """Bytes that grow as needed. `number` is the open file, to be given to another process.

    Arguments:
        number: of the open file that another process has given to this one; without it, new memory is made.
    """

    def __init__(self, number: int | None = None) -> None:
        self._file = _nameless_file() if number is None else os.fdopen(number, "r+b", buffering=0)
        self._map: mmap.mmap | None = None

    @property
    def number(self) -> int:
        return self._file.fileno()

    def write(self, buffers: Sequence[Any]) -> Layout:
        """Puts buffers one after another; what was in the memory before is gone.

        Raises:
            OSError: there is not that much memory.
        """
        layout, end = [], 0
        for buffer in buffers:
            layout.append((end, buffer.nbytes))
            end += -(-buffer.nbytes // ALIGNMENT) * ALIGNMENT
        if end:
            memory = self._bytes(end)
            for (start, length), buffer in zip(layout, buffers, strict=True):
                memory[start : start + length] = np.frombuffer(buffer, np.uint8) if length else 0
        return layout

    def read(self, layout: Layout) -> list[np.ndarray]:
        """Copies of what was put."""
        return [piece.copy() for piece in self.views(layout)]

    def views(self, layout: Layout, access: int = mmap.ACCESS_DEFAULT) -> list[np.ndarray]:
        """What was put, without a copy. With `mmap.ACCESS_COPY`, what is changed is seen by this process alone."""
        if not layout or not (end := max(start + length for start, length in layout)):
            return [np.empty(0, np.uint8) for _ in layout or ()]
        memory = np.frombuffer(mmap.mmap(self.number, end, access=access), np.uint8) if access else self._bytes(end)
        return [memory[start : start + length] for start, length in layout]

    def close(self) -> None:
        """This process needs the memory no more. Views of it stay valid."""
        self._map = None
        self._file.close()

    def _bytes(self, wanted: int) -> np.ndarray:
        if os.fstat(self.number).st_size < wanted:
            _grow(self.number, wanted)
        if self._map is None or len(self._map) < wanted:
            self._map = mmap.mmap(self.number, os.fstat(self.number).st_size)
        return np.frombuffer(self._map, np.uint8)


def pack(value: Any, memory: SharedMemory | None, dumps: Dumps = pickle.dumps) -> tuple[Layout, bytes]:
    """Pickles a value. The arrays in it go into the memory, or into the pickle if there is not so much memory."""
    if memory is not None:
        buffers: list[pickle.PickleBuffer] = []
        pickled = dumps(value, protocol=5, buffer_callback=buffers.append)
        try:
            return memory.write([buffer.raw() for buffer in buffers]), pickled
        except OSError:
            pass
    return None, dumps(value, protocol=5)


def unpack(layout: Layout, pickled: bytes, memory: SharedMemory | None) -> Any:
    """What was packed, sharing nothing with the memory."""
    return pickle.loads(pickled, buffers=memory.read(layout) if memory is not None and layout else ())


def _nameless_file() -> Any:
    import tempfile  # here, because to import micrograd_nb must not take the time to load it

    folder = Path("/dev/shm")
    return tempfile.TemporaryFile(dir=folder if os.access(folder, os.W_OK) else None, buffering=0)


def _grow(number: int, size: int) -> None:
    """Makes a file larger, and makes sure that the memory is there: else a write to it would end the process."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(number, 0, size)
    else:
        os.ftruncate(number, size)
