"""The training dashboard in Python: what it sends and when, how it plays, what a reader without a kernel sees."""

from __future__ import annotations

import asyncio
import base64
import gc
import itertools
import json
import math
import os
import signal
import subprocess
import sys
import time
import weakref
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import traitlets

import micrograd_nb as mg
from micrograd_nb import nn, optim
from micrograd_nb.widgets import TrainingDashboard
from micrograd_nb.widgets import dashboard as module
from micrograd_nb.widgets.player import Player
from tests.browser.training import moons_dashboard

PROGRAM = """
from tests.browser.training import moons_dashboard
dashboard = moons_dashboard()
dashboard.run(30)
dashboard.rate = 0.05
dashboard.run(30)
print(dashboard._repr_mimebundle_()[0]["text/html"])
"""


def ask(dashboard: TrainingDashboard, kind: str, **content: Any) -> None:
    """What the page does when something is pressed."""
    dashboard._receive(None, {"kind": kind, **content}, None)


def small(weight: float = 1.0, loss_fn: Any = None) -> TrainingDashboard:
    model = nn.Linear(1, 1, bias=False)
    with mg.no_grad():
        model.weight.fill_(weight)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    return TrainingDashboard(model, [(mg.ones(1, 1), mg.zeros(1, 1))], loss_fn or nn.MSELoss(), optimizer)


def html(dashboard: TrainingDashboard) -> str:
    return dashboard._repr_mimebundle_()[0]["text/html"]


async def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        await asyncio.sleep(0.005)


# -- what it sends -----------------------------------------------------------------------------------------------------


def test_a_frame_is_what_the_session_holds() -> None:
    dashboard = moons_dashboard()
    dashboard.run(20)
    frame, session = dashboard.frame, dashboard.session
    assert frame["losses"]["mean"] == pytest.approx([point.mean for point in session.losses.points], rel=1e-5)
    assert frame["losses"]["first"] == list(range(1, 21))
    assert frame["validation"]["first"] == [7, 14]
    assert (frame["step"], frame["epoch"], frame["count"]) == (20, 2, "20 steps, 2 epochs")
    updates = session.spreads.updates
    assert frame["spreads"]["items"][2]["counts"] == updates.counts
    boundary = session.boundary()
    assert boundary is not None
    (field,) = frame["boundary"]["fields"]
    sent = np.frombuffer(base64.b64decode(field), np.uint8).reshape(48, 48)
    np.testing.assert_array_equal(sent, np.rint(255 * boundary.shares[1]))
    assert frame["boundary"]["text"] == f"{boundary.right} of 200 right"


def test_a_frame_is_small_however_long_it_trains() -> None:
    """The limits in the docstring, and that the page can read it: JSON without NaN."""
    dashboard = moons_dashboard()
    dashboard.run(5)
    assert len(json.dumps(dashboard.frame, allow_nan=False)) < 8_000
    dashboard.run(1100)
    longest = len(json.dumps(dashboard.frame, allow_nan=False))
    assert longest < 40_000
    assert len(dashboard.frame["losses"]["first"]) <= 512
    assert len(json.dumps(dashboard.about, allow_nan=False)) < 8_000


def test_run_sends_a_few_frames_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    dashboard, frames = moons_dashboard(), []
    dashboard.observe(lambda change: frames.append((time.monotonic(), change["new"]["step"])), "frame")
    dashboard.run(300)
    assert frames[-1][1] == 300
    assert all(later - earlier >= 0.9 / module.FRAMES_PER_SECOND for earlier, later in itertools.pairwise(
        [when for when, _ in frames[:-1]]
    ))  # fmt: skip


def test_a_step_is_read_aloud_and_run_is_not() -> None:
    dashboard = small()
    assert dashboard.step() == 1.0
    assert dashboard.frame["spoken"] == "Step 1. Training loss 1."
    dashboard.run(1)
    assert dashboard.frame["spoken"] == ""


def test_the_rate_takes_effect_at_the_next_step_and_leaves_a_mark() -> None:
    dashboard = small()
    dashboard.run(2)
    dashboard.rate = 0.5
    assert dashboard.frame["spoken"] == "Learning rate 0.5, from step 3 on."
    assert dashboard.frame["changes"] == []
    dashboard.run(2)
    assert dashboard.frame["changes"] == [[3, 0.5]]
    assert dashboard.session.losses.points[-1].mean == pytest.approx(0.0, abs=1e-12)
    dashboard.reset()
    assert (dashboard.rate, dashboard.frame["changes"], dashboard.frame["step"]) == (pytest.approx(0.1), [], 0)
    assert dashboard.step() == 1.0


@pytest.mark.parametrize("rate", [-0.1, math.nan, math.inf])
def test_no_rate(rate: float) -> None:
    dashboard = small()
    with pytest.raises(traitlets.TraitError, match="a learning rate is a finite number"):
        dashboard.rate = rate
    assert dashboard.session.learning_rate == 0.1


def test_parameters_are_chosen_by_their_number() -> None:
    dashboard = moons_dashboard()
    dashboard.run(3)
    assert dashboard.about["names"] == ["0.weight", "0.bias", "2.weight", "2.bias"]
    for number, size in ((4, 2), (99, 2), (0, 82)):
        dashboard.parameter = number
        assert sum(dashboard.frame["spreads"]["items"][2]["counts"]) == size


# -- playing -----------------------------------------------------------------------------------------------------------


def test_it_plays_while_other_things_go_on_and_pause_answers_at_once() -> None:
    """The delays of what else the loop does are those of a message: it has to wait for no more than a slice."""

    async def main() -> None:
        dashboard = moons_dashboard()
        ask(dashboard, "play")
        assert dashboard.playing
        delays = []
        while dashboard.session.steps < 60:
            ask(dashboard, "painted", number=dashboard.frame["number"])
            start = time.monotonic()
            await asyncio.sleep(0.01)
            delays.append(time.monotonic() - start)
        assert sorted(delays)[len(delays) // 2] < 0.2
        start = time.monotonic()
        ask(dashboard, "pause")
        assert time.monotonic() - start < 0.3
        steps = dashboard.session.steps
        assert (dashboard.frame["playing"], dashboard.frame["step"]) == (False, steps)
        await asyncio.sleep(0.2)
        assert dashboard.session.steps == steps
        assert dashboard.frame["spoken"].startswith(f"Paused at step {steps}.")

    asyncio.run(main())


def test_an_interruption_pauses_though_a_kernel_ignores_it_between_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        dashboard = small()
        monkeypatch.setattr(dashboard.session, "run_for", lambda _: signal.raise_signal(signal.SIGINT))
        ask(dashboard, "play")
        await until(lambda: not dashboard.playing)
        assert dashboard.frame["playing"] is False
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN

    with asyncio.Runner() as runner:
        runner.run(asyncio.sleep(0))  # it takes the signal while it runs, unless that is ignored
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            runner.run(main())
        finally:
            signal.signal(signal.SIGINT, before)


def test_it_plays_what_a_loop_of_steps_makes() -> None:
    async def main() -> None:
        dashboard = moons_dashboard()
        dashboard.play()
        await until(lambda: dashboard.session.steps >= 30)
        dashboard.pause()
        again = moons_dashboard()
        again.run(dashboard.session.steps)
        assert again.session.losses.points == dashboard.session.losses.points
        assert again.frame["boundary"] == dashboard.frame["boundary"]

    asyncio.run(main())


def test_frames_wait_for_a_page_that_is_slow() -> None:
    async def main() -> None:
        dashboard, numbers = moons_dashboard(), []
        dashboard.play()
        dashboard.observe(lambda change: numbers.append(change["new"]["number"]), "frame")
        await asyncio.sleep(0.7)  # less than the patience: nobody has drawn the first one
        assert numbers == []
        for _ in range(3):
            ask(dashboard, "painted", number=dashboard.frame["number"])
            before = len(numbers)
            await until(lambda before=before: len(numbers) > before)
        dashboard.pause()

    asyncio.run(main())


def test_nothing_is_read_aloud_while_it_plays() -> None:
    async def main() -> None:
        dashboard, spoken = moons_dashboard(), []
        dashboard.observe(lambda change: spoken.append(change["new"]["spoken"]), "frame")
        dashboard.play()
        while len(spoken) < 4:
            ask(dashboard, "painted", number=dashboard.frame["number"])
            await asyncio.sleep(0.01)
        assert set(spoken) == {""}
        dashboard.pause()

    asyncio.run(main())


def test_two_dashboards_play_side_by_side() -> None:
    async def main() -> None:
        one, other, alone = moons_dashboard(), moons_dashboard(), moons_dashboard()
        one.play()
        other.play()
        await until(lambda: min(one.session.steps, other.session.steps) >= 10)
        one.pause()
        assert other.playing
        steps = other.session.steps
        await until(lambda: other.session.steps > steps)
        other.pause()
        alone.run(other.session.steps)
        assert alone.session.losses.points == other.session.losses.points

    asyncio.run(main())


def test_a_step_and_a_reset_pause_first() -> None:
    async def main() -> None:
        dashboard = moons_dashboard()
        for action in ("step", "reset"):
            ask(dashboard, "play")
            await asyncio.sleep(0.05)
            ask(dashboard, action)
            assert not dashboard.playing
        assert dashboard.frame["step"] == 0

    asyncio.run(main())


def test_without_a_loop_play_says_what_to_do_instead() -> None:
    dashboard = small()
    with pytest.raises(RuntimeError, match=r"no loop runs: call run\(steps\) instead"):
        dashboard.play()
    assert not dashboard.playing


def test_a_player_stops_by_itself_and_starts_once() -> None:
    async def main() -> None:
        calls: list[int] = []
        player = Player(lambda: calls.append(1) or len(calls) < 3)  # type: ignore[func-returns-value]
        player.start()
        player.start()
        await until(lambda: not player.is_playing)
        assert len(calls) == 3

    asyncio.run(main())


# -- what goes wrong ---------------------------------------------------------------------------------------------------


def test_an_error_is_raised_in_python_and_shown_in_the_page() -> None:
    dashboard = small(weight=1e30)
    with pytest.raises(FloatingPointError, match="the loss is inf at step 1"), np.errstate(all="ignore"):
        dashboard.step()
    assert dashboard.frame["problem"].startswith("FloatingPointError: the loss is inf at step 1")
    assert dashboard.frame["loss"] is None
    assert dashboard.frame["losses"]["mean"] == [None]
    dashboard.reset()
    assert dashboard.frame["problem"] == ""


def test_an_error_while_it_plays_ends_it() -> None:
    def broken(output: Any, target: Any) -> Any:
        raise ValueError("<b>bad</b>")

    async def main() -> None:
        dashboard = small(loss_fn=broken)
        ask(dashboard, "play")
        await until(lambda: not dashboard.playing)
        assert dashboard.frame["problem"] == "ValueError: <b>bad</b>"
        ask(dashboard, "step")
        assert dashboard.frame["playing"] is False

    asyncio.run(main())


@pytest.mark.parametrize("content", [None, "play", {}, {"kind": "explode"}, {"kind": None}])
def test_messages_that_mean_nothing(content: Any) -> None:
    dashboard = small()
    dashboard._receive(None, content, None)
    assert dashboard.session.steps == 0


def test_integers_empty_and_huge_tensors() -> None:
    model = nn.Sequential(nn.Embedding(5, 3), nn.Flatten(), nn.Linear(6, 2))
    model.register_parameter("nothing", nn.Parameter(mg.zeros(0)))
    model.register_parameter("huge", nn.Parameter(mg.full((3,), 3e38)))
    data = [(mg.tensor([[0, 1], [2, 3]]), mg.tensor([0, 1]))]
    dashboard = TrainingDashboard(model, data, nn.CrossEntropyLoss(), optim.SGD(model.parameters(), lr=0.1))
    dashboard.run(3)
    for number in range(len(dashboard.about["names"]) + 1):
        dashboard.parameter = number
        json.dumps(dashboard.frame, allow_nan=False)
    assert dashboard.frame["boundary"] is None


# -- without a kernel --------------------------------------------------------------------------------------------------


def test_fallback_is_the_curve_with_a_small_table() -> None:
    dashboard = moons_dashboard()
    assert "no steps yet" in html(dashboard)
    dashboard.run(30)
    dashboard.rate = 0.05
    dashboard.run(30)
    text = html(dashboard)
    data = text.partition("base64,")[2].partition('"')[0]
    svg = ET.fromstring(base64.b64decode(data))
    assert len([element for element in svg.iter() if element.tag.endswith("polyline")]) == 2
    assert "rate 0.05" in base64.b64decode(data).decode()
    assert text.count("<tr>") == 1 + 6
    first, last = dashboard.session.losses.points[0], dashboard.session.losses.points[-1]
    assert f"<tr><td>1</td><td>{first.mean:.2g}</td><td>–</td><td>0.5</td></tr>" in text
    held = dashboard.session.validation_losses.latest
    assert f"<tr><td>60</td><td>{last.mean:.2g}</td><td>{held:.2g}</td><td>0.05</td></tr>" in text


def test_fallback_is_the_same_in_every_process() -> None:
    texts = set()
    for seed in ("0", "1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
        )  # fmt: skip
        texts.add(done.stdout)
    assert len(texts) == 1


def test_a_hostile_name_is_text(tmp_path: Path) -> None:
    name = "</script><script>document.title='bad'</script>"
    model = nn.Sequential()
    model.register_parameter(name.replace(".", "·"), nn.Parameter(mg.ones(1)))
    dashboard = TrainingDashboard(
        model, [(mg.ones(1), mg.ones(1))], lambda output, _: (output * next(model.parameters())).sum(),
        optim.SGD(model.parameters(), lr=0.1),
    )  # fmt: skip
    dashboard.run(2)
    dashboard.export_html(tmp_path / "page.html")
    assert "<script>document" not in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<script" not in html(dashboard)


def test_export_asks_nobody(tmp_path: Path) -> None:
    dashboard = moons_dashboard()
    dashboard.run(10)
    dashboard.export_html(tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert '"live":false' in text


# -- closing -----------------------------------------------------------------------------------------------------------


def test_closing_frees_everything() -> None:
    async def main() -> None:
        model = nn.Linear(2, 2)
        inputs = mg.randn(8, 2)
        dashboard = TrainingDashboard(
            model, [(inputs, mg.zeros(8).long())], nn.CrossEntropyLoss(), optim.SGD(model.parameters(), lr=0.1)
        )
        dashboard.play()
        await asyncio.sleep(0.1)
        parts = [weakref.ref(model), weakref.ref(inputs), weakref.ref(dashboard.session)]
        del model, inputs
        dashboard.close()
        await asyncio.sleep(0.05)
        gc.collect()
        assert [part() for part in parts] == [None] * 3
        assert not dashboard.playing
        assert (dashboard.frame, dashboard.about) == ({}, {})
        assert repr(dashboard).startswith("<TrainingDashboard: ")
        dashboard.close()
        ask(dashboard, "step")
        with pytest.raises(RuntimeError, match="this dashboard was closed"):
            dashboard.run(1)

    asyncio.run(main())
