"""The stepper in Python: its state, its payload, and its static fallback (acceptance tests 6 and 7, in part)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import micrograd_nb as mg
from micrograd_nb.widgets import BackwardStepper

PROGRAM = """
import micrograd_nb as mg
from micrograd_nb.widgets import BackwardStepper
w, x = mg.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True), mg.tensor([[0.5, -0.5]])
hidden = (x @ w).tanh()
loss = (hidden * hidden + hidden).sum()
print(BackwardStepper(loss)._repr_mimebundle_()[0]["text/html"])
"""


def stepper() -> BackwardStepper:
    a, b = mg.tensor(2.0, requires_grad=True), mg.tensor(-3.0, requires_grad=True)
    return BackwardStepper(a * b + a, names={"a": a, "b": b})


def test_repr_is_short_and_stable() -> None:
    assert repr(stepper()) == "<BackwardStepper: 8 steps>"


def test_step_stays_in_range() -> None:
    one = stepper()
    one.step = 100
    assert one.step == 8
    one.step = -1
    assert one.step == 0


def test_payload_is_text_and_small() -> None:
    payload = json.dumps(stepper().trace) + stepper().svg
    assert len(payload) < 50_000
    assert "NaN" not in payload


def test_names_come_from_the_caller() -> None:
    left = mg.tensor(2.0, requires_grad=True)
    assert "left" in BackwardStepper(left * left).trace["labels"].values()


def test_fallback_has_the_picture_and_every_step() -> None:
    html = stepper()._repr_mimebundle_()[0]["text/html"]
    assert html.count("<img ") == 1
    assert html.count("<tr>") == 1 + 8
    assert "Mul #1 sends −3 to a. It has −2, 2 of 2." in html


def test_fallback_escapes_names() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    html = BackwardStepper(a * a, names={"<img src=x onerror=alert(1)>": a})._repr_mimebundle_()[0]["text/html"]
    assert "onerror=alert(1)>" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html


def test_a_mistyped_argument_is_an_error() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    with pytest.raises(TypeError, match="retain"):
        BackwardStepper(a * a, retain_graph=True)


def test_the_same_html_in_every_process(tmp_path: Path) -> None:
    """Three hash seeds, with and without a `dot` on PATH: the default renderer asks none of them."""
    fake = tmp_path / "dot"
    fake.write_text("#!/bin/sh\necho wrong\n")
    fake.chmod(0o755)
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    found = set()
    for seed, path in (("0", os.environ["PATH"]), ("1", str(tmp_path)), ("2", os.environ["PATH"])):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PATH": path}
        done = subprocess.run([sys.executable, program], capture_output=True, env=environment, check=True, text=True)
        found.add(done.stdout)
    assert len(found) == 1
    assert "Sum #" in found.pop()


def test_static_files_are_in_the_package() -> None:
    static = Path(sys.modules[BackwardStepper.__module__].__file__ or "").parent / "static" / "stepper"
    assert {"stepper.js", "stepper.css"} <= {path.name for path in static.iterdir()}
