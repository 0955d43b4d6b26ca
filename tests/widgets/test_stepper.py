"""The stepper in Python: its state, its payload, and its static fallback (acceptance test 7, and 6 in part)."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
import weakref
from pathlib import Path
from types import ModuleType

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

import micrograd_nb as mg
from micrograd_nb import nn
from micrograd_nb.widgets import BackwardStepper
from tests import ROOT

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


@pytest.mark.long
def test_nbval_passes_twice_in_other_kernels(tmp_path: Path) -> None:
    """Acceptance test 7: stored by one kernel, run by two more; three hash seeds, with a `dot` on PATH and without."""
    notebook = tmp_path / "stepper.ipynb"
    nbformat.write(
        new_notebook(cells=[new_code_cell(PROGRAM.partition("print(")[0] + "BackwardStepper(loss)")]), notebook
    )
    fake = tmp_path / "dot"
    fake.write_text("#!/bin/sh\necho wrong\n")
    fake.chmod(0o755)
    refresh = [sys.executable, "-m", "tests.refresh_lessons", str(notebook)]
    subprocess.run(refresh, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": "0"}, check=True, capture_output=True)
    stored = notebook.read_text(encoding="utf-8")
    assert "Sum #" in stored
    compare = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env"]
    for seed, path in (("1", f"{tmp_path}{os.pathsep}{os.environ['PATH']}"), ("2", os.environ["PATH"])):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PATH": path}
        command = [*compare, "-c", os.devnull, "--rootdir", str(tmp_path), str(notebook)]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert "1 passed" in done.stdout, done.stdout + done.stderr
    notebook.write_text(stored.replace("Sum #", "Mean #"), encoding="utf-8")  # another text is seen
    assert "1 failed" in subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout


def test_static_files_are_in_the_package() -> None:
    static = Path(sys.modules[BackwardStepper.__module__].__file__ or "").parent / "static" / "stepper"
    assert {"stepper.js", "stepper.css"} <= {path.name for path in static.iterdir()}


# -- modes


def test_another_grain_keeps_the_place() -> None:
    one = stepper()
    for step in range(9):
        one.grain = "function"
        one.step = step
        one.grain = "micro"
        parts = [len(s["parts"]) for s in one.trace["passes"]["backward"]["steps"]]
        assert one.step == sum(parts[:step])
        one.grain = "function"
        assert one.step == step


def test_the_other_pass_begins_anew() -> None:
    one = stepper()
    one.step = 5
    one.direction = "forward"
    assert one.step == 0
    one.step = 100
    assert one.step == 3  # Mul, Add, and done


def test_a_word_that_is_no_mode_is_an_error() -> None:
    one = stepper()
    for trait in ("mode", "grain", "direction"):
        with pytest.raises(Exception, match=trait):
            setattr(one, trait, "backwards")


# -- Predict mode


def seen(one: BackwardStepper) -> str:
    """Everything that the page gets."""
    return json.dumps(one.get_state(one.keys), default=str, ensure_ascii=False)


def secret() -> BackwardStepper:
    """A stepper whose gradients are numbers that appear nowhere else."""
    a, b = mg.tensor(1.7321, requires_grad=True), mg.tensor(-2.2361, requires_grad=True)
    c = a * b
    return BackwardStepper((c * c).sin() * 1.9, predict=True, names={"a": a, "b": b, "c": c})


def test_no_answer_is_in_the_page_before_it_is_given() -> None:
    """Walks through all questions: what the next steps say is nowhere in what the page has (acceptance test 10)."""
    one, told = secret(), 0
    everything = one.recorded.steps
    assert "recorded" not in one.keys
    while one.question:
        question = one._prediction.questions[0]
        hidden = {step.spoken for step in everything[one._prediction.revealed :]}
        page = seen(one) + one._repr_mimebundle_()[0]["text/html"]
        assert not [spoken for spoken in hidden if spoken in page]
        if question.kind in ("result", "line", "total"):
            answer = question.solution.rpartition("= ")[2]
            assert len(answer) > 3 or answer in ("1", "1.9"), answer
            assert f"grad {answer}" not in page
            told += f" {answer}" not in page
        one.answer(question.choices[0] if question.kind == "how" else _right_answer(question))
    assert told >= 4
    assert one.step == 7  # what comes after it, the leaves and the end, is there to be seen
    assert one.trace["passes"]["backward"]["total"] == len(one.trace["passes"]["backward"]["steps"])


def _right_answer(question: object) -> str:
    starts = {"function": "next: ", "shape": "the shape is "}
    if question.kind in starts:
        return question.solution.removeprefix(starts[question.kind])
    if question.kind == "factor":
        return question.solution.partition(" = ")[0].partition(" × ")[2]
    return question.solution.rpartition("= ")[2]


def test_two_tries_a_hint_and_then_the_line() -> None:
    one = secret()
    while one.question["kind"] != "result":
        one.answer(_right_answer(one._prediction.questions[0]))
    revealed, number = one.step, one.question["number"]
    one.answer("99")
    assert one.question["state"] == "wrong"
    assert "Hint: " in one.question["verdict"]
    assert one.question["number"] == number
    one.answer("no number")
    assert one.question["state"] == "unclear"
    one.answer("98")
    assert one.question["kind"] == "worked"
    assert one.question["line"] in one.question["verdict"]
    assert "?" not in one.question["line"]
    assert one.step == revealed
    one.answer("")
    assert one.question["number"] > number


def test_predicting_begins_where_the_learner_is_and_can_be_left() -> None:
    one = stepper()
    one.grain = "micro"
    one.grain, one.step = "function", 4
    one.mode = "predict"
    assert len(one.trace["passes"]["backward"]["steps"]) >= 4
    assert one.step >= 4
    one.mode = "explain"
    assert one.question == {}
    assert len(one.trace["passes"]["backward"]["steps"]) == 8
    with pytest.raises(RuntimeError, match="nothing is asked now"):
        one.answer("1")


def test_an_answer_from_the_page_is_taken_and_nonsense_is_not() -> None:
    one = secret()
    before = one.question
    for content in ({"kind": "other"}, {}, "text", {"kind": "answer"}):
        one._handle_custom_msg(content, [])
        assert one.question["number"] == before["number"]
    right = _right_answer(one._prediction.questions[0])
    one._handle_custom_msg({"kind": "answer", "text": right}, [])
    assert one.question["number"] == before["number"] + 1


# -- what a learner may throw at it


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "a\x00b",
    "w" * 500,
    "\\N\\l{|}",
    "−∂💥",
    "<!--",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text(name: str, tmp_path: Path) -> None:
    a = mg.tensor(2.0, requires_grad=True)
    one = BackwardStepper(a * a, names={name: a})
    one.export_html(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("</script") == 2
    assert "<img src=x" not in page
    assert "<img src=x" not in one.svg + one._repr_mimebundle_()[0]["text/html"]


@pytest.mark.parametrize(
    "x",
    [
        np.zeros((0, 3), np.float32),
        np.array([np.nan, np.inf, -np.inf], np.float32),
        np.full((600, 600), 1e30, np.float32),
        np.array(1e-30),
    ],
    ids=["empty", "not finite", "huge", "tiny"],
)
def test_any_tensor_can_be_stepped_through(x: np.ndarray, tmp_path: Path) -> None:
    w = mg.tensor(x, requires_grad=True)
    one = BackwardStepper((w * 2.0 + w).sum())
    one.export_html(tmp_path / "page.html")
    text = seen(one)
    assert len(text) < 100_000
    assert "NaN," not in text.replace("NaN, ", "")


def test_integer_arguments_can_be_stepped_through() -> None:
    table, index = mg.randn(5, 3, requires_grad=True), mg.tensor([0, 2, 2])
    loss = nn.functional.cross_entropy(table[index], mg.tensor([0, 1, 2]))
    one = BackwardStepper(loss)
    assert one.recorded.gradients["p1"].shape == (5, 3)
    assert any("[0, 2, 2]" in text for step in one.recorded.steps for _, text in step.rows)


def test_pytorchs_loss_can_be_stepped_through(torch: ModuleType) -> None:
    layer, x = torch.nn.Linear(3, 2), torch.randn(4, 3)
    loss = torch.nn.functional.mse_loss(layer(x), torch.zeros(4, 2))
    one = BackwardStepper(loss)
    assert layer.weight.grad is None
    assert "weight" in one.trace["labels"].values()
    assert one.recorded.steps[-1].kind == "done"
    loss.backward()
    id = next(id for id in one.recorded.gradients if one.recorded.graph[id].name == "weight")
    np.testing.assert_array_equal(one.recorded.gradients[id], layer.weight.grad)


# -- scale, and the end


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(32, 32)

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        return x + self.linear(x).tanh()


def blocks(count: int) -> tuple[mg.Tensor, nn.Module]:
    net = nn.Sequential(*[Block() for _ in range(count)])
    return (net(mg.randn(32, 32)) ** 2).mean(), net


def test_sixty_nodes_are_less_than_half_a_megabyte() -> None:
    """Acceptance test 9, the part without a page: tensors of 32×32, each with its heat map."""
    loss, net = blocks(7)
    one = BackwardStepper(loss, detail="full", names={"net": net})
    assert 55 <= len(one.recorded.graph.nodes) <= 65
    assert len(seen(one).encode()) < 500_000


def test_a_long_chain_is_refused_at_once_with_what_to_do() -> None:
    x = mg.tensor(1.0, requires_grad=True)
    loss = x
    for _ in range(5000):
        loss = loss + x
    start = time.process_time()
    with pytest.raises(ValueError, match=r"10001 nodes \(5000 functions\).*more than 400 cannot be read"):
        BackwardStepper(loss)
    assert time.process_time() - start < 2


def test_a_chain_of_modules_is_collapsed_at_once() -> None:
    loss, net = blocks(1666)
    start = time.process_time()
    one = BackwardStepper(loss, names={"net": net})
    assert time.process_time() - start < 10  # 2 to 5 s
    assert len(one.trace["passes"]["backward"]["steps"]) < 20
    assert "Block ×1666" in one.svg


def test_expand_looks_into_a_module() -> None:
    loss, net = blocks(12)
    one = BackwardStepper(loss, detail="modules", expand=["3"], names={"net": net})
    assert {"0 – 2", "3.linear", "4 – 11"} <= set(one.trace["labels"].values())


def test_closing_frees_everything() -> None:
    w = mg.tensor(2.0, requires_grad=True)
    loss = (w * 3.0).exp()
    nodes = [weakref.ref(loss.grad_fn), weakref.ref(w)]
    one = BackwardStepper(loss, names={"loss": loss})
    recorded = weakref.ref(one.recorded)
    del loss, w
    gc.collect()
    assert [node() for node in nodes] == [None, None]  # not even an open one keeps the engine's graph
    one.close()
    gc.collect()
    assert recorded() is None
    assert repr(one) == "<BackwardStepper: 5 steps>"
    one.close()


# -- opening modules


def open_and_closed(one: BackwardStepper) -> dict[str, bool]:
    return dict(one.trace["modules"].values())


def box(one: BackwardStepper, name: str) -> str:
    return next(id for id, (title, _) in one.trace["modules"].items() if title == name)


def test_a_module_opens_and_closes_and_the_place_in_the_pass_stays() -> None:
    loss, net = blocks(2)
    one = BackwardStepper(loss, detail="modules", expand=["0"], names={"net": net})
    before = one.trace, one.svg
    titles = [step["title"] for step in one.trace["passes"]["backward"]["steps"]]
    assert open_and_closed(one) == {"net": True, "0": True, "0.linear": False, "1": False}
    one.step = next(i for i, title in enumerate(titles, 1) if title.startswith("1   Block"))
    there = one.step
    one.toggle(box(one, "1"))
    assert open_and_closed(one)["1"] is True
    assert one.step > there  # the block's own steps are over, as the block was
    steps = one.trace["passes"]["backward"]["steps"]
    assert steps[one.step]["title"] == titles[there]
    one.toggle(box(one, "1"))
    assert (one.trace, one.svg, one.step) == (*before, there)


def test_what_is_opened_is_what_expand_opens() -> None:
    loss, net = blocks(3)
    clicked = BackwardStepper(loss, detail="modules", names={"net": net})
    clicked.toggle(box(clicked, "0"))
    expanded = BackwardStepper(loss, detail="modules", expand=["0"], names={"net": net})
    assert clicked.svg == expanded.svg
    assert clicked.trace == expanded.trace
    assert repr(clicked) == repr(expanded)


@pytest.mark.parametrize("direction", ["backward", "forward"])
def test_every_place_of_micro_steps_survives_opening_and_closing(direction: str) -> None:
    loss, net = blocks(2)
    one = BackwardStepper(loss, detail="modules", expand=["0"], names={"net": net})
    one.direction, one.grain = direction, "micro"
    parts = [len(step["parts"]) for step in one.trace["passes"][direction]["steps"]]
    for step in range(len(parts) + 1):
        one.step = sum(parts[:step])
        one.toggle(box(one, "0.linear"))
        one.toggle(box(one, "0.linear"))
        assert one.step == sum(parts[:step])


def test_modules_stay_closed_where_they_cannot_be_opened(tmp_path: Path) -> None:
    loss, net = blocks(2)
    one = BackwardStepper(loss, detail="modules", predict=True, names={"net": net})
    before = one.svg
    one.toggle("m2")
    one._handle_custom_msg({"kind": "toggle", "id": "m2"}, [])
    assert one.svg == before
    one.mode = "explain"
    one.toggle("m99")
    assert one.svg == before
    assert one.trace["closed_because"] == ""
    one._handle_custom_msg({"kind": "toggle", "id": "m2"}, [])
    assert one.svg != before
    one.export_html(tmp_path / "page.html")
    assert "This page has no kernel to draw anew." in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_graph_that_is_too_large_says_how_its_modules_are_opened() -> None:
    loss, net = blocks(120)
    one = BackwardStepper(loss, names={"net": net})
    assert one._whole is None
    assert one.trace["closed_because"] == (
        'This graph is too large to be opened by a click. BackwardStepper(loss, detail="modules", expand=["0"]) '
        "opens one."
    )
