"""`TrainingDashboard(model, loader, loss_fn, optimizer)`: watch a training, stop it, change it, and start it again.

A `training.session.Session` trains and computes all that is shown; the dashboard sends it to the page, which draws.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import traitlets

from ..nn import Module
from ..optim import Optimizer
from ..training.interrupt import deferred_interrupt
from ..training.loop import LossFunction
from ..training.session import Session
from . import dashboard_text
from .player import Player
from .scripts import STATIC, bundle, styles
from .widget import Widget

SLICE = 0.02  # seconds of training between two looks at the messages
FRAMES_PER_SECOND = 8
PATIENCE = 1.0  # seconds to wait for a page that has not drawn the last frame yet


class TrainingDashboard(Widget):
    """Train with the buttons of a player, and see the losses, the parameters and what a classifier decides.

    Play, pause, single step, reset; a slider for the learning rate, which takes effect at the next step and leaves a
    mark in the curve; values under the mouse; a logarithmic axis; histograms of parameters, gradients and updates; for
    points in the plane, the decision boundary. Keys, once it has the focus: Space plays and pauses, → makes a step,
    R resets, L switches the axis. On the curve, ← → Home End move along it.

    It plays between the cells of a notebook: a cell that runs makes it wait. Pause answers after the step at hand, so
    a step (or the measuring of the validation data, after an epoch) should take less than a quarter of a second.
    The notebook's ■ pauses, too.

    However long it trains, each curve has at most `points` points: where there are more steps, a point is the mean of
    several. A frame for the page has 5 to 40 KB and takes 5 ms to make; there are at most 8 in a second.

    Arguments:
        model, loader, loss_fn, optimizer: as for `fit`. They are trained as they are, not copies.
        validation: batches to measure the model with after each epoch.
        points: how many points of each curve are kept; an even number.

    Attributes:
        session: the `Session`, with all numbers.
        rate: the learning rate of the next step; it can be set.
        parameter: which histograms are shown: 0 for all parameters together, 1 for the first, …
        log_axis: whether the axis of the losses is logarithmic.
        playing: whether it plays.

    Raises:
        ValueError: an optimizer without parameters of the model; `points` that is odd.

    >>> import micrograd_nb as mg
    >>> from micrograd_nb.widgets import TrainingDashboard
    >>> _ = mg.manual_seed(0)
    >>> model, data = mg.nn.Linear(2, 1), [(mg.ones(4, 2), mg.ones(4, 1))]
    >>> dashboard = TrainingDashboard(model, data, mg.nn.MSELoss(), mg.optim.SGD(model.parameters(), lr=0.1))
    >>> dashboard.run(20)  # also from Python
    >>> dashboard
    <TrainingDashboard: 20 steps, 20 epochs>
    >>> dashboard.session.losses.latest < 1e-3
    True
    >>> dashboard.reset()
    """

    _esm = bundle(STATIC / "dashboard" / "dashboard.js")
    _css = styles("dashboard/dashboard.css")

    about = traitlets.Dict().tag(sync=True)
    frame = traitlets.Dict().tag(sync=True)
    rate = traitlets.Float().tag(sync=True)
    parameter = traitlets.Int(0).tag(sync=True)
    log_axis = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        model: Module,
        loader: Iterable[Any],
        loss_fn: LossFunction,
        optimizer: Optimizer,
        *,
        validation: Iterable[Any] | None = None,
        points: int = 512,
    ) -> None:
        self._session: Session | None = Session(
            model, loader, loss_fn, optimizer, validation=validation, points=points
        )  # fmt: skip
        self._player = Player(self._slice)
        self._sent, self._number, self._painted = 0.0, 0, 0  # when, and which frame was sent; which one was drawn
        self._problem = ""
        self._repr = ""
        super().__init__(about=dashboard_text.about(self._session), rate=self._session.learning_rate)
        self.on_msg(self._receive)
        self._show()

    # -- training

    @property
    def session(self) -> Session:
        """The training.

        Raises:
            RuntimeError: the dashboard was closed.
        """
        if self._session is None:
            raise RuntimeError("this dashboard was closed, and let go of its model: make another one")
        return self._session

    @property
    def playing(self) -> bool:
        return self._player.is_playing

    def step(self) -> float:
        """Makes one step, and returns its loss. Errors as for `Session.step`."""
        self.pause()
        try:
            loss = self.session.step()
        except Exception as error:
            self._fail(error)
            raise
        self._problem = ""
        self._show(dashboard_text.spoken_step(self.session))
        return loss

    def run(self, steps: int) -> None:
        """Makes so many steps in the cell that calls it. The page draws meanwhile, but answers nothing.

        Raises:
            KeyboardInterrupt: you interrupted it. The step at hand was finished first.
            FloatingPointError, ValueError: as for `Session.step`.
        """
        self.pause()
        self._problem = ""
        try:
            with deferred_interrupt() as interrupt:
                while steps > 0:
                    steps -= self.session.run_for(1 / FRAMES_PER_SECOND, steps)
                    self._show()
                    if interrupt.came:
                        raise KeyboardInterrupt(f"stopped after step {self.session.steps}")
        except Exception as error:
            self._fail(error)
            raise

    def play(self) -> None:
        """Trains on while other things go on, until `pause()`.

        Raises:
            RuntimeError: outside of a notebook, where nothing goes on by itself.
        """
        if self.playing:
            return
        self._problem = ""
        _ = self.session
        try:
            self._player.start()
        except RuntimeError:
            raise RuntimeError(
                "play() needs the event loop of a notebook's kernel; here, no loop runs: call run(steps) instead"
            ) from None
        self._show()

    def pause(self) -> None:
        """Stops playing."""
        if self.playing:
            self._player.stop()
            self._show(dashboard_text.spoken_pause(self.session))

    def reset(self) -> None:
        """Goes back to the start: the same losses come again, to the last bit."""
        self._player.stop()
        self.session.reset()
        self._problem = ""
        with self.hold_sync():
            self.rate = self.session.learning_rate
            self._show("Reset. " + dashboard_text.spoken_rate(self.session))

    def close(self) -> None:
        """Takes the dashboard off the page, stops, and lets go of everything that it was made of."""
        self._repr = repr(self)
        self._player.stop()
        super().close()
        if self._session is not None:
            self._session.close()
        self._session = None
        self.about, self.frame = {}, {}

    def _slice(self) -> bool:
        """Trains for some milliseconds; whether it goes on."""
        try:
            with deferred_interrupt(heed_ignored=True) as interrupt:
                self.session.run_for(SLICE)
                if interrupt.came:
                    self.pause()
                elif self._is_due():
                    self._show()
        except Exception as error:  # it ends in the page: nobody sees what a task of the loop raises
            self._player.stop()
            self._fail(error)
            return False
        return self.playing

    def _fail(self, error: Exception) -> None:
        """Shows an error."""
        self._problem = f"{type(error).__name__}: {error}"
        self._player.stop()
        if self._session is not None:
            self._show()

    # -- the page

    def _is_due(self) -> bool:
        """Whether it is time for a frame: not too soon, and not before the page has drawn the last one."""
        waited = time.monotonic() - self._sent
        drawn = self._painted >= self._number
        return waited >= (1 / FRAMES_PER_SECOND if drawn else PATIENCE)

    def _show(self, spoken: str = "") -> None:
        """Sends what is to be drawn now.

        Arguments:
            spoken: what is read aloud.
        """
        self._number += 1
        frame = dashboard_text.frame(self.session, playing=self.playing, problem=self._problem, spoken=spoken)
        self.frame = {"number": self._number, **frame}
        self._sent = time.monotonic()  # after the work: there is as much time for the training as for drawing

    @traitlets.validate("rate")
    def _valid_rate(self, proposal: Any) -> float:
        return dashboard_text.valid_rate(proposal["value"])

    @traitlets.observe("rate")
    def _change_rate(self, _: Any) -> None:
        if self._session is not None and self.rate != self._session.learning_rate:
            self._session.learning_rate = self.rate
            if not self.playing:
                self._show(dashboard_text.spoken_rate(self._session))

    @traitlets.validate("parameter")
    def _valid_parameter(self, proposal: Any) -> int:
        return max(0, min(len(self.about.get("names", ())), proposal["value"]))

    @traitlets.observe("parameter")
    def _watch(self, _: Any) -> None:
        if self._session is not None:
            self._session.watched = self._session.names[self.parameter - 1] if self.parameter else None
            if not self.playing:
                self._show()

    def _receive(self, _: Any, content: Any, buffers: Any) -> None:
        """What the page asks for. An error is shown there."""
        if self._session is None or not isinstance(content, dict):
            return
        if content.get("kind") == "painted":
            self._painted = max(self._painted, int(content.get("number", 0)))
            return
        actions = {"play": self.play, "pause": self._pause, "step": self.step, "reset": self.reset}
        action = actions.get(str(content.get("kind")))
        if action is not None:
            try:
                action()
            except Exception as error:
                self._fail(error)

    def _pause(self) -> None:
        """Pauses, and answers also where it was not playing any more."""
        if self.playing:
            self.pause()
        else:
            self._show()

    # -- without a kernel

    def export_html(self, path: str | Path) -> None:
        """Writes what is shown now as one HTML file, which opens in any browser, from disk, without a network.

        The values under the mouse and the logarithmic axis work there; nothing is trained.
        """
        self._write_page(
            path,
            "A training",
            {
                "about": {**self.about, "live": False},
                "frame": {**self.frame, "playing": False, "spoken": ""},
                "rate": self.rate,
                "parameter": self.parameter,
                "log_axis": self.log_axis,
            },
            dashboard_text.static_html(self.session),
        )

    def static_html(self) -> str:
        return "" if self._session is None else dashboard_text.static_html(self._session)

    def __repr__(self) -> str:
        if self._session is None:
            return self._repr
        return f"<TrainingDashboard: {dashboard_text.count(self._session)}>"
