"""Reads event files as they are, message by message."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def events_of(folder: Path) -> dict[str, list[Any]]:
    """The events of all event files below a folder, by the folders they are in, without the time."""
    found: dict[str, list[Any]] = {}
    for path in sorted(folder.rglob("events.out.tfevents.*")):
        events = found.setdefault(path.parent.relative_to(folder).as_posix(), [])
        events += read(path)
    return found


def read(path: Path) -> Iterator[Any]:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
    from tensorboard.compat.proto.event_pb2 import Event

    for raw in RawEventFileLoader(str(path)).Load():
        event = Event.FromString(raw)
        event.wall_time = 0
        yield event


def files_of(folder: Path) -> dict[str, bytes]:
    """All other files below a folder."""
    paths = (path for path in folder.rglob("*") if path.is_file() and "tfevents" not in path.name)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
