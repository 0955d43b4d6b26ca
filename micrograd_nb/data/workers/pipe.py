"""Messages through a pipe: each is its length, 8 bytes, and then its bytes."""

from __future__ import annotations

import struct
from typing import IO

_LENGTH = struct.Struct("<Q")


def write_message(pipe: IO[bytes], message: bytes) -> None:
    """Puts a message into a pipe.

    >>> import io
    >>> pipe = io.BytesIO()
    >>> write_message(pipe, b"hello")
    >>> _ = pipe.seek(0)
    >>> read_message(pipe), read_message(pipe)
    (b'hello', None)
    """
    pipe.write(_LENGTH.pack(len(message)))
    pipe.write(message)
    pipe.flush()


def read_message(pipe: IO[bytes]) -> bytes | None:
    """The next message; None when the pipe ends, be it in the middle of one."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    message = pipe.read(length)
    return message if len(message) == length else None
