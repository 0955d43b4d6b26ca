"""Who is asking: `get_worker_info` tells a dataset which worker it is being used by."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class WorkerInfo:
    """A worker of a loader. (PyTorch: torch.utils.data._utils.worker.WorkerInfo)

    Attributes:
        id: 0 … num_workers - 1.
        num_workers: how many there are.
        seed: another for each worker and pass, e.g. to seed a library that draws random numbers of its own.
        dataset: the one that this worker fetches from. A `Dataset` is copied for each worker; with threads the copy is
            shallow, so its attributes are the worker's own, and the objects they lead to are shared.

    >>> import micrograd_nb as mg
    >>> class WhoLoads(mg.data.Dataset):
    ...     def __len__(self):
    ...         return 4
    ...
    ...     def __getitem__(self, index):
    ...         return mg.data.get_worker_info().id
    >>> [batch.item() for batch in mg.data.DataLoader(WhoLoads(), num_workers=2)]
    [0, 1, 0, 1]
    """

    id: int
    num_workers: int
    seed: int
    dataset: Any


def get_worker_info() -> WorkerInfo | None:
    """The worker that this code runs in; None outside of one. (PyTorch: torch.utils.data.get_worker_info)

    >>> get_worker_info() is None
    True
    """
    return _current.info


def set_worker_info(info: WorkerInfo) -> None:
    """This thread is a worker from now on."""
    _current.info = info


class _Current(threading.local):
    """The worker that this thread is."""

    info: WorkerInfo | None = None


_current = _Current()
