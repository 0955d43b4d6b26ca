"""Python's debugger in `forward`, in gradient rules and in a backward of your own: what is there, and how it reads.

Each session is a real one: a program, run by `python -m pdb`, with the commands that somebody types and the answers
that come.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import micrograd_nb as mg
from micrograd_nb.autograd.rules import elementwise
from tests import ROOT

NET = """\
import micrograd_nb as mg

class Net(mg.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = mg.nn.Linear(2, 3)

    def forward(self, x):
        hidden = self.layer(x).relu()
        return hidden.sum()  # stop

net = Net()
with mg.no_grad():
    net.layer.weight.copy_(mg.tensor([[1.0, 2.0], [-1.0, -2.0], [0.5, 0.5]]))
    net.layer.bias.zero_()
loss = net(mg.ones(1, 2))
"""

CUBE = """\
import micrograd_nb as mg

class Cube(mg.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return grad_output * 3 * x**2  # stop

x = mg.tensor([2.0, 3.0], requires_grad=True)
Cube.apply(x).sum().backward()
print(x.grad)
"""

TANH = """\
import micrograd_nb as mg

x = mg.tensor([0.0, 1.0], requires_grad=True)
(x.tanh() * 2).sum().backward()
print(x.grad)
"""


def session(folder: Path, program: str, *commands: str) -> list[str]:
    """What the debugger answers to each command. "break HERE" sets a breakpoint where the program says "stop"."""
    path = folder / "program.py"
    path.write_text(program)
    stop = next((i for i, line in enumerate(program.splitlines(), 1) if line.endswith("# stop")), 0)
    typed = [command.replace("HERE", str(stop)) for command in (*commands, "quit")]
    run = subprocess.run(
        [sys.executable, "-m", "pdb", str(path)],
        input="".join(f"{command}\n" for command in typed),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
    )
    assert ("Traceback" in run.stderr) == ("post mortem" in run.stdout), run.stderr
    _, *answers = run.stdout.split("(Pdb) ")
    return [answer.strip().replace(f"{folder}{os.sep}", "") for answer in answers[: len(commands)]]


def test_in_forward(tmp_path: Path) -> None:
    answers = session(
        tmp_path, NET, "break HERE", "continue", "p x", "p hidden", "p hidden.shape", "pp self",
        "p self.layer.weight", "p hidden.grad_fn.next_functions[0][0].name()", "p hidden.mean().item()", "return",
    )  # fmt: skip
    assert answers[1] == "> program.py(10)forward()\n-> return hidden.sum()  # stop"
    assert answers[2:-1] == [
        "tensor([[1., 1.]])",
        "tensor([[3., 0., 1.]], grad_fn=<ReluBackward0>)",
        "micrograd_nb.Size([1, 3])",
        "Net(\n  (layer): Linear(in_features=2, out_features=3, bias=True)\n)",
        "Parameter containing:\ntensor([[ 1.0000,  2.0000],\n        [-1.0000, -2.0000],\n"
        "        [ 0.5000,  0.5000]], requires_grad=True)",
        "'LinearBackward0'",
        "1.3333333730697632",
    ]
    assert answers[-1].startswith("--Return--\n> program.py(10)forward()->tensor(4., gr")


def test_from_forward_up_to_the_call(tmp_path: Path) -> None:
    """Two steps up: over the one method of Module that calls `forward`."""
    answers = session(tmp_path, NET, "break HERE", "continue", "up", "p args", "up", "p net")
    assert "-> return self.forward(*args)" in answers[2]
    assert answers[3] == "(tensor([[1., 1.]]),)"
    assert answers[4].endswith("-> loss = net(mg.ones(1, 2))")
    assert answers[5].startswith("Net(")


def test_in_a_backward_of_your_own(tmp_path: Path) -> None:
    answers = session(
        tmp_path, CUBE, "break HERE", "continue", "p grad_output", "p x", "p grad_output * 3 * x**2",
        "p ctx.needs_input_grad", "p ctx.saved_tensors", "clear 1", "next", "continue",
    )  # fmt: skip
    assert answers[1] == "> program.py(12)backward()\n-> return grad_output * 3 * x**2  # stop"
    assert answers[2:7] == [
        "tensor([1., 1.])",
        "tensor([2., 3.], requires_grad=True)",
        "tensor([12., 27.])",
        "(True,)",
        "(tensor([2., 3.], requires_grad=True),)",
    ]
    assert "tensor([12., 27.])" in answers[-1]  # the program's own print


def test_in_a_gradient_rule_of_the_package(tmp_path: Path) -> None:
    """The rule of tanh is a lambda in a table: a breakpoint on its line stops in it."""
    rule = elementwise.tanh.rules[0]
    place = f"{rule.__code__.co_filename}:{rule.__code__.co_firstlineno}"
    answers = session(
        tmp_path, TANH, "next", "next", f"break {place}", "continue", "p g", "p f.name()", "p f.saved", "p f.input",
        "p 1 - f.output * f.output", "where", "continue",
    )  # fmt: skip
    assert answers[3].splitlines()[0].endswith("<lambda>()")
    assert 'tanh  = smooth("TanhBackward0"' in answers[3]
    assert answers[4:9] == [
        "array([2., 2.], dtype=float32)",
        "'TanhBackward0'",
        "{'output': array([0.       , 0.7615942], dtype=float32)}",
        "array([0., 1.], dtype=float32)",
        "array([1.        , 0.41997433], dtype=float32)",
    ]
    assert "-> (x.tanh() * 2).sum().backward()" in answers[9]
    assert "backward_steps()" in answers[9]
    assert "tensor([2.0000, 0.8399])" in answers[10]


def test_after_an_error(tmp_path: Path) -> None:
    """Post mortem: the debugger stands where it happened, and the shapes are there to read."""
    broken = NET.replace("mg.ones(1, 2))\n", "mg.ones(1, 5))\n")
    answers = session(tmp_path, broken, "continue", "where", "p input.shape, weight.shape", "up", "pp self")
    assert "Entering post mortem debugging" in answers[0]
    assert "-> hidden = self.layer(x).relu()" in answers[1]
    assert answers[2] == "(micrograd_nb.Size([1, 5]), micrograd_nb.Size([3, 2]))"
    assert answers[4] == "Linear(in_features=2, out_features=3, bias=True)"


def test_breakpoint_in_forward(tmp_path: Path) -> None:
    """`breakpoint()` in the code does without a number of a line."""
    program = NET.replace("# stop", "").replace("        return hidden", "        breakpoint()\n        return hidden")
    answers = session(tmp_path, program, "continue", "p hidden")
    assert answers[1] == "tensor([[3., 0., 1.]], grad_fn=<ReluBackward0>)"


def test_gradients_that_are_recorded_can_be_read(tmp_path: Path) -> None:
    """With create_graph=True the rules run on arrays that record what is done to them. They show them."""
    program = TANH.replace("backward()", "backward(create_graph=True)")
    rule = elementwise.tanh.rules[0]
    place = f"{rule.__code__.co_filename}:{rule.__code__.co_firstlineno}"
    answers = session(tmp_path, program, "next", "next", f"break {place}", "continue", "p g")
    assert answers[4] == "Recorded(array([2., 2.], dtype=float32))"


def test_the_debugger_sees_a_profile_too(tmp_path: Path) -> None:
    """A profile puts functions of its own in the place of operations, and one steps through them as ever."""
    program = "import micrograd_nb as mg\nwith mg.training.profiler.profile() as prof:\n    y = mg.ones(2) * 2\n"
    program += "    z = y.sum()  # stop\n"
    answers = session(tmp_path, program, "break HERE", "continue", "p y", "next", "p z")
    assert (answers[2], answers[4]) == ("tensor([2., 2.])", "tensor(4.)")


def test_repr_of_what_one_meets() -> None:
    x = mg.tensor([1.0], requires_grad=True)
    assert repr((x * 2).grad_fn).startswith("<MulBackward0 object at 0x")
    assert repr(elementwise.mul) == "<operation MulBackward0>"
