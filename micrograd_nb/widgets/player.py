"""Player: works in short slices on the event loop of the kernel, which answers messages in between.

A kernel answers nothing while a cell runs. So what plays does not run in a cell: it is a task of the loop that the
kernel itself runs on. It works for some milliseconds, then lets the loop see to everything else, such as the click on
pause, and works on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

REST = 0.005  # seconds between slices: a message takes several turns of the loop until it is answered


class Player:
    """Runs `slice` again and again, until it returns False or somebody stops it.

    >>> import asyncio
    >>> left = [1, 2, 3]
    >>> async def main():
    ...     player = Player(lambda: bool(left.pop()) and bool(left))
    ...     player.start()
    ...     while player.is_playing:
    ...         await asyncio.sleep(0)
    >>> asyncio.run(main())
    >>> left
    []
    """

    def __init__(self, slice: Callable[[], bool]) -> None:
        self._slice = slice
        self._task: asyncio.Task[None] | None = None

    @property
    def is_playing(self) -> bool:
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        """Starts to play; returns at once.

        Raises:
            RuntimeError: no event loop runs here.
        """
        if not self.is_playing:
            loop = asyncio.get_running_loop()
            self._task = loop.create_task(self._run())

    def stop(self) -> None:
        """Stops after the slice at hand."""
        if self._task is not None:
            self._task.cancel()
        self._task = None

    async def _run(self) -> None:
        while self._slice():
            await asyncio.sleep(REST)
