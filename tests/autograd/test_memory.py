"""Graphs of any length are built, walked and freed without recursion, and nothing waits for the garbage collector."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from collections.abc import Iterator

import numpy as np
import pytest

import micrograd_nb as mg
from tests.autograd import programs
from tests.autograd.reference import leaves
from tests.autograd.table import DIFFERENTIABLE, Row


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Switches the garbage collector off, so that only reference counts free anything."""
    gc.disable()
    gc.freeze()  # what was there before is not looked at
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


# -- nothing for the garbage collector to do ---------------------------------------------------------------------------


@pytest.mark.usefixtures("no_collector")
def test_graph_dies_the_moment_that_nobody_holds_its_end() -> None:
    a = mg.tensor([1.0, 2.0], requires_grad=True)
    b = a * 3
    loss = (b + a).sum()
    watched = [weakref.ref(x) for x in (b, b.grad_fn, loss, loss.grad_fn)]
    del b
    assert watched[1]() is not None  # its node belongs to the graph
    del loss
    assert [ref() for ref in watched] == [None] * 4


@pytest.mark.usefixtures("no_collector")
def test_leaf_dies_with_its_grad_the_moment_that_nobody_holds_it() -> None:
    a = mg.tensor([1.0, 2.0], requires_grad=True)
    (a * a).sum().backward()
    watched = [weakref.ref(x) for x in (a, a.node, a.grad)]
    del a
    assert [ref() for ref in watched] == [None] * 3


@pytest.mark.usefixtures("no_collector")
def test_backward_lets_go_of_what_was_saved() -> None:
    a = mg.tensor([1.0, 2.0], requires_grad=True)
    saved = np.array([3.0, 4.0], np.float32)
    watched = weakref.ref(saved)
    loss = (a * mg.from_numpy(saved)).sum()
    del saved
    assert watched() is not None
    loss.backward()
    assert watched() is None


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("row", DIFFERENTIABLE, ids=lambda row: row.name)
def test_operation_makes_no_reference_cycle(row: Row) -> None:
    inputs = leaves(mg, row.samples(row.cases[0]))
    dropped, kept, freed, watched = (row.call(mg, *inputs) for _ in range(4))
    kept.backward(mg.ones_like(kept), retain_graph=True)
    freed.backward(mg.ones_like(freed))
    for _ in watched.backward_steps(mg.ones_like(watched)):
        pass
    del inputs, dropped, kept, freed, watched
    assert gc.collect() == 0


@pytest.mark.usefixtures("no_collector")
def test_training_steps_leave_the_number_of_objects_as_it_was() -> None:
    weight = mg.ones(3, 2, requires_grad=True)
    data = mg.ones(4, 3)

    def step() -> None:
        loss = ((data @ weight).relu() - 1).mean()
        loss.backward()
        with mg.no_grad():
            weight.sub_(weight.grad * 0.01)
        weight.grad = None

    def growth() -> int:
        before = sys.getallocatedblocks()
        for _ in range(1000):
            step()
        return sys.getallocatedblocks() - before

    assert min(growth() for _ in range(3)) < 500  # the first time, Python fills its free lists
    assert gc.collect() == 0


@pytest.mark.usefixtures("no_collector")
def test_error_in_a_pass_leaves_no_reference_cycle() -> None:
    def failing() -> None:
        loss, _ = programs.run(mg, [(i % len(programs.OPERATIONS), i, i + 1) for i in range(20)])
        loss.backward()
        try:
            loss.backward()
        except RuntimeError:
            return
        raise AssertionError("the graph was not freed")

    failing()
    assert gc.collect() == 0


# -- a chain of a million operations -----------------------------------------------------------------------------------

CHAIN = """
import gc, sys
import micrograd_nb as mg

def chain(length):
    x = mg.tensor(1.0, dtype=mg.float64, requires_grad=True)
    y = x
    for _ in range(length // 4):
        y = (-((y + 1.0) * 1.0)).sum()
    return x, y

gc.disable()
chain(4)
before = sys.getallocatedblocks()
x, y = chain({length})
{then}
del x, y
left = sys.getallocatedblocks() - before
assert left < 20_000, left  # Python's free lists hold some thousands; the chain was millions
"""


@pytest.mark.parametrize(
    ("length", "then"),
    [
        pytest.param(1_000_000, "y.backward(); assert x.grad.item() == 1", id="differentiated"),
        pytest.param(100_000, "y.backward(retain_graph=True); assert x.grad.item() == 1", id="kept"),
        pytest.param(100_000, "", id="dropped"),
        pytest.param(100_000, "assert sum(s.kind == 'ready' for s in y.backward_steps()) == 100_000", id="watched"),
    ],
)
def test_long_chain_is_built_walked_and_freed(length: int, then: str) -> None:
    """In a process of its own, for a recursion in C would end it. Two minutes are 20 times what it takes."""
    script = CHAIN.format(length=length, then=then)
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, f"exit code {run.returncode}: {run.stderr}"
