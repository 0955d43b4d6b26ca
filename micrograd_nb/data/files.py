"""Writes files that are either whole or not there, whatever happens meanwhile: `replacing`."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write to, which becomes `path` in one step at the end; nothing of it is left if there is an error.

    What was written is on the disk before it gets its name. So if the program is killed, or the power fails, `path` is
    the old file or the new one. (A program that is killed cannot tidy up: it may leave a file `.NAME….tmp` beside.)

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "notes.txt")
    >>> with replacing(path) as temporary:
    ...     written = temporary.write_text("whole")
    >>> path.read_text()
    'whole'
    """
    path = path.resolve()  # a link goes on leading where it leads
    temporary = path.with_name(f".{path.name[:64]}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        yield temporary
        _bring_to_disk(temporary)
        temporary.replace(path)
        with suppress(OSError):  # not every system can do this with a folder, and the file is safe without it
            _bring_to_disk(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _bring_to_disk(path: Path) -> None:
    """Waits until the system has written a file, or the names in a folder, out of its memory."""
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
