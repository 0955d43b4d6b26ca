"""The trace of a real PyTorch loss: PyTorch's own gradients and order, and nothing changed by watching."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.graph.trace import Trace, questions_of
from tests.graph.test_torch import PROGRAMS


def tensors(torch: ModuleType) -> tuple[object, object]:
    rng = np.random.default_rng(0)
    return tuple(torch.tensor(rng.normal(size=(2, 2)), requires_grad=True) for _ in range(2))


@pytest.mark.parametrize("program", PROGRAMS)
def test_gradients_are_pytorchs(torch: ModuleType, program: str) -> None:
    w, v = tensors(torch)
    result = PROGRAMS[program](torch, w, v)
    seed = torch.ones_like(result)
    w.grad = torch.full_like(w, 3.0)
    trace = Trace.record(result, seed, names={"w": w, "v": v})
    assert w.grad.tolist() == [[3.0, 3.0], [3.0, 3.0]]
    assert v.grad is None
    w.grad = None
    result.backward(seed)
    by_name = {"w": w, "v": v}
    assert trace.gradients
    for id, gradient in trace.gradients.items():
        np.testing.assert_allclose(gradient, by_name[trace.graph[id].name].grad, rtol=1e-12)


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_steps_are_those_of_our_engine(torch: ModuleType, program: str) -> None:
    """The same edges, each with the same count, where the program leaves the same graph in both."""
    w, v = tensors(torch)
    seed = torch.ones_like(PROGRAMS[program](torch, w, v))
    theirs = Trace.record(PROGRAMS[program](torch, w, v), seed, names={"w": w, "v": v})
    ours_w, ours_v = (mg.tensor(x.detach().numpy(), requires_grad=True) for x in (w, v))
    ours = Trace.record(
        PROGRAMS[program](mg, ours_w, ours_v), mg.tensor(seed.numpy()), names={"w": ours_w, "v": ours_v}
    )
    sends = [sum(step.kind == "send" for step in trace.steps) for trace in (theirs, ours)]
    assert sends[0] == sends[1]
    for id, gradient in ours.gradients.items():
        name = ours.graph[id].name
        same = next(other for other in theirs.gradients if theirs.graph[other].name == name)
        np.testing.assert_allclose(gradient, theirs.gradients[same], rtol=1e-9, atol=1e-12)


def test_what_it_says(torch: ModuleType) -> None:
    a = torch.tensor(2.0, requires_grad=True)
    b = torch.tensor(-3.0, requires_grad=True)
    c = a * b
    trace = Trace.record(c + a, names={"a": a, "b": b, "c": c})
    assert [step.kind for step in trace.steps] == ["seed", *["send"] * 4, "accumulate", "accumulate", "done"]
    step = next(step for step in trace.steps if step.edge == "p1-f1-0")
    assert dict(step.rows) == {
        "incoming": "∂L/∂c = 1",
        "saved": "other = −3,  self = 2",
        "send": "−3",
        "a gets": "1 + −3 = −2   (2 of 2)",
    }
    assert [part.kind for part in step.parts] == ["ready", "local", "product", "receive"]
    assert trace.steps[-1].parts[0].rows[0].text == "2 leaves have their gradient"


def test_several_outputs(torch: ModuleType) -> None:
    a = torch.tensor([3.0, 1.0], requires_grad=True)
    first, second = a.unbind()
    trace = Trace.record(first * second, names={"a": a})
    handed = [step for step in trace.steps if step.focus.startswith("o") and step.kind == "send"]
    assert [step.edge for step in handed] == ["f1-o1.0", "f1-o1.1"]
    assert trace.gradients["p1"].tolist() == [1.0, 3.0]


def test_errors_are_pytorchs(torch: ModuleType) -> None:
    w = torch.ones(3, requires_grad=True)
    with pytest.raises(RuntimeError, match="grad can be implicitly created only for scalar outputs"):
        Trace.record(w * 2)
    loss = (w * w).sum()
    loss.backward()
    with pytest.raises(RuntimeError, match="second time"):
        Trace.record(loss)


def test_an_error_on_the_way_is_the_last_step(torch: ModuleType) -> None:
    w = torch.ones(3, requires_grad=True)
    y = w.exp()
    loss = (y * 2).sum()
    with torch.no_grad():
        y.add_(1.0)
    trace = Trace.record(loss, names={"w": w})
    assert trace.steps[-1].kind == "error"
    assert "modified by an inplace operation" in dict(trace.steps[-1].rows)["error"]
    assert sum(step.kind == "send" for step in trace.steps) == 2


def test_hooks_are_taken_away_again(torch: ModuleType) -> None:
    w = torch.ones(3, requires_grad=True)
    loss = (w * w).sum()
    trace = Trace.record(loss, names={"w": w})
    count = len(trace.steps)
    loss.backward(retain_graph=True)
    assert len(trace.steps) == count
    assert loss.grad_fn is not None
    assert w.grad.tolist() == [2.0, 2.0, 2.0]


def test_bfloat16_and_forward(torch: ModuleType) -> None:
    w = torch.ones(3, dtype=torch.bfloat16, requires_grad=True)
    loss = (w * w).sum()
    trace = Trace.record(loss, names={"w": w})
    assert trace.gradients["p1"].tolist() == [2.0, 2.0, 2.0]
    forward = Trace.forward(trace.graph)
    assert [step.kind for step in forward.steps] == ["compute", "compute", "done"]
    assert "saved" in dict(forward.steps[0].rows)


def test_it_can_be_predicted(torch: ModuleType) -> None:
    a = torch.tensor(2.0, requires_grad=True)
    trace = Trace.record(a * 3.0 * 5.0, names={"a": a})
    questions = [question for place in range(len(trace.steps)) for question in questions_of(trace, place)]
    assert [question.kind for question in questions] == ["function", "worked", "result"]
    assert questions[-1].line == "g = 5,  send = ?"
    assert questions[-1].check("15").right
