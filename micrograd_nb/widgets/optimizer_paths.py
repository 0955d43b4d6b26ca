"""`OptimizerPaths(function, optimizers)`: several optimizers from one start, on a map of the function, in step.

The paths are those of the real optimizers, run by `training.descent` before they are shown: the page steps through them
without a kernel. Only another start needs one.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import traitlets

from ..training.descent import Descent, Landscape, Optimizers, descend, factories, landscape
from ..training.descent.landscape import Function, Range
from . import optimizer_paths_text
from .contour_map import ContourMap
from .scripts import STATIC, bundle, styles
from .widget import Widget

MOST_STEPS = 1000
ARROWS = ("gradient", "velocity", "update")


class OptimizerPaths(Widget):
    """Shows where optimizers go, step by step, each with its gradient, its velocity and its update.

    Drag the start, or move it with the arrow keys, and all of them run again from there. Keys: ← → one step, Home End
    the first and the last, Space plays.

    Arguments:
        function: of two tensors with a number each, `lambda x, y: x**2 + 3 * y**2`; or "bowl", "ravine", "rosenbrock",
            "saddle", "beale".
        optimizers: by name, a learning rate for the optimizer of this name, or a function that makes one of a list of
            parameters: `{"SGD": 0.1, "momentum": lambda p: mg.optim.SGD(p, lr=0.1, momentum=0.9)}`.
        start: (x, y); left out, the landscape's own.
        x, y: from where to where the map goes.
        steps: how many each makes.

    Attributes:
        descents: what the library wrote down, a `Descent` for each optimizer.
        step: how far they are, from 0 on; it can be set.
        start: where they begin; it can be set.
        hidden: the names of the optimizers that are not drawn.
        arrows: which arrows are drawn, of "gradient", "velocity", "update".

    Raises:
        ValueError, TypeError: what `landscape`, `factories` and `descend` refuse; no optimizer, or more than 8.

    >>> from micrograd_nb.widgets import OptimizerPaths
    >>> paths = OptimizerPaths("ravine", {"SGD": 0.9, "Adam": 0.5}, steps=20)
    >>> paths
    <OptimizerPaths: ravine, SGD and Adam, 20 steps>
    >>> paths.descents[0].steps[0].gradient  # x / 10 and 2 · y
    (-0.9, 6.0)
    >>> paths.start = [2.0, 1.0]
    >>> paths.descents[1].positions[0]
    (2.0, 1.0)
    """

    _esm = bundle(STATIC / "optimizer_paths" / "optimizer_paths.js")
    _css = styles("board.css", "optimizer_paths/optimizer_paths.css")

    paths = traitlets.Dict().tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)
    start = traitlets.List(traitlets.Float(), minlen=2, maxlen=2).tag(sync=True)
    hidden = traitlets.List(traitlets.Unicode()).tag(sync=True)
    arrows = traitlets.List(traitlets.Enum(ARROWS), list(ARROWS)).tag(sync=True)
    movable = traitlets.Bool(True).tag(sync=True)  # whether there is a kernel to ask for other paths
    notice = traitlets.Unicode().tag(sync=True)  # why there are no paths from the start

    def __init__(
        self,
        function: str | Function | Landscape,
        optimizers: Optimizers,
        start: tuple[float, float] | None = None,
        *,
        x: Range | None = None,
        y: Range | None = None,
        steps: int = 60,
    ) -> None:
        if not 1 <= len(optimizers) <= optimizer_paths_text.MOST:
            raise ValueError(
                f"OptimizerPaths shows from 1 to {optimizer_paths_text.MOST} optimizers, which is as many as can be "
                f"told apart, but got {len(optimizers)}"
            )
        if not 0 <= steps <= MOST_STEPS:
            raise ValueError(f"OptimizerPaths makes from 0 to {MOST_STEPS} steps, but got steps={steps}")
        self._place: Landscape | None = landscape(function, x, y, start)
        self._make, self._steps = factories(optimizers), steps
        self._map = ContourMap.of(self._place)
        self._names = f"{self._place.name}, {_listed(list(self._make))}, {steps} steps"
        self.descents = self._run(self._place)
        super().__init__(
            paths=optimizer_paths_text.payload(self._map, self.descents), start=list(map(float, self._place.start))
        )

    def _run(self, place: Landscape) -> tuple[Descent, ...]:
        return tuple(descend(place, make, None, self._steps, name=name) for name, make in self._make.items())

    @traitlets.observe("start")
    def _run_again(self, change: Any) -> None:
        if self._place is None or tuple(change["new"]) == self._place.start or not self.paths:
            return
        place = landscape(self._place, start=tuple(change["new"]))
        try:
            descents = self._run(place)
        except Exception as error:
            if not self._property_lock:  # asked for by Python, which sees the error
                raise
            self.notice = optimizer_paths_text.sendable(f"no paths from here: {type(error).__name__}: {error}")
            return
        self._place, self.descents = place, descents
        self._map = ContourMap(place, self._map.width, self._map.height)
        made = optimizer_paths_text.payload(self._map, descents, svg=self.paths["svg"])
        with self.hold_sync():  # one message: a step belongs to its paths
            self.paths, self.notice = made, ""
            self.step = min(self.step, made["steps"])

    @traitlets.validate("start")
    def _start_is_finite(self, proposal: Any) -> list[float]:
        x, y = proposal["value"]
        if not (math.isfinite(x) and math.isfinite(y)):
            raise ValueError(f"a start is two finite numbers, but got {proposal['value']!r}")
        return [float(x), float(y)]

    @traitlets.validate("step")
    def _step_in_range(self, proposal: Any) -> int:
        return max(0, min(self.paths.get("steps", 0), proposal["value"]))

    @traitlets.validate("hidden")
    def _hidden_are_known(self, proposal: Any) -> list[str]:
        return [name for name in proposal["value"] if name in {path["name"] for path in self.paths["paths"]}]

    # -- without a kernel

    def export_html(self, path: str | Path) -> None:
        """Writes what is shown as one HTML file that steps in any browser, from disk, without a network.

        The start stays where it is: from another one, the optimizers would have to run again.
        """
        self._write_page(
            path,
            self.paths["title"],
            {
                "paths": self.paths,
                "step": self.step,
                "start": self.start,
                "hidden": self.hidden,
                "arrows": self.arrows,
                "movable": False,
                "notice": "",
            },
        )

    def static_html(self) -> str:
        return "" if self._place is None else optimizer_paths_text.static_html(self._map, self.descents)

    def close(self) -> None:
        """Takes the view off the page, and lets go of everything that it was made of."""
        super().close()
        self._place, self._make, self.descents = None, {}, ()
        self._map = ContourMap(_NOWHERE, 1, 1)
        self.paths = {}

    def __repr__(self) -> str:
        return f"<OptimizerPaths: {self._names}>"


_NOWHERE = Landscape("", lambda x, y: x, (0.0, 1.0), (0.0, 1.0), (0.0, 0.0))


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
