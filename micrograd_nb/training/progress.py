"""The progress bar of a training: tqdm's, which draws with characters in a terminal and as a widget in a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Sized
from typing import Any


def progress_bar(loader: Iterable[Any], epochs: int, *, show: bool) -> Any:
    """A bar over all steps of a training, to be used as a context; with `show=False`, one that is never drawn."""
    if not show:
        return Silent()
    from tqdm.auto import tqdm  # here, because to import micrograd_nb must not take the time to load it

    total = epochs * len(loader) if isinstance(loader, Sized) else None
    return tqdm(total=total, desc="training", unit="step")


class Silent:
    """Has what `fit` uses of a tqdm bar, and shows nothing."""

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *error: object) -> None:
        """There is nothing to close."""

    def update(self) -> None:
        """One more step."""

    def set_postfix_str(self, text: str, refresh: bool) -> None:
        """What stands behind the bar."""
