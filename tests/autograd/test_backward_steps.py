"""`backward_steps()`: the one engine, step by step: which steps, in which order, and that they are true."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

import micrograd_nb as mg
from micrograd_nb.autograd import Step
from tests.autograd.programs import Line, programs, run


def story(tensor: mg.Tensor) -> list[str]:
    """The steps of a backward pass in words: kind, operation, and which input a gradient was for."""
    return [
        " ".join([step.kind, step.node.name(), *([] if step.position is None else [str(step.position)])])
        for step in tensor.backward_steps()
    ]


def test_story_of_one_product() -> None:
    a, b = (mg.tensor(x, requires_grad=True) for x in (2.0, -3.0))
    assert story(a * b) == [
        "seed MulBackward0",
        "ready MulBackward0",
        "send MulBackward0 0",
        "send MulBackward0 1",
        "free MulBackward0",
        "accumulate AccumulateGrad",
        "accumulate AccumulateGrad",
        "done MulBackward0",
    ]


def test_story_of_two_terms_that_share_a_leaf() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    assert story(a * a + a / 4) == [
        "seed AddBackward0",
        "ready AddBackward0",
        "send AddBackward0 0",
        "send AddBackward0 1",
        "ready DivBackward0",
        "send DivBackward0 0",
        "skip DivBackward0 1",
        "free DivBackward0",
        "ready MulBackward0",
        "send MulBackward0 0",
        "send MulBackward0 1",
        "free MulBackward0",
        "accumulate AccumulateGrad",
        "done AddBackward0",
    ]


def test_story_of_a_leaf() -> None:
    assert story(mg.tensor(2.0, requires_grad=True)) == [
        "seed AccumulateGrad",
        "accumulate AccumulateGrad",
        "done AccumulateGrad",
    ]


def test_numbers_of_one_product() -> None:
    a, b = (mg.tensor(x, requires_grad=True) for x in (2.0, -3.0))
    a.grad = mg.tensor(100.0)
    c = a * b
    seed, ready, to_a, to_b, _, *arrivals, _ = c.backward_steps()
    assert (seed.total, ready.incoming) == (1, 1)
    assert (to_a.target, to_a.incoming, to_a.product, to_a.contribution, to_a.before, to_a.total) == (
        a.node, 1, -3, -3, None, -3,
    )  # fmt: skip
    assert (to_b.target, to_b.product, to_b.total) == (b.node, 2, 2)
    assert {s.node: (s.incoming, s.before, s.total) for s in arrivals} == {a.node: (-3, 100, 97), b.node: (2, None, 2)}


def test_broadcast_input_shows_the_product_and_the_sum_over_it() -> None:
    a, bias = mg.ones(4, 3, requires_grad=True), mg.ones(1, 3, requires_grad=True)
    step = next(s for s in (a * 2 + bias).sum().backward_steps() if s.target is bias.node)
    assert (step.product.shape, step.summed, step.contribution.shape) == ((4, 3), (0,), (1, 3))
    np.testing.assert_array_equal(step.contribution, step.product.sum(0, keepdims=True))


@pytest.mark.parametrize(
    ("wide", "narrow", "summed"),
    [
        ((4, 3), (), (0, 1)),
        ((4, 3), (1,), (0, 1)),
        ((4, 3), (3,), (0,)),
        ((4, 3), (4, 1), (1,)),
        ((4, 3), (1, 1), (0, 1)),
        ((4, 3), (4, 3), ()),
        ((4, 1, 3), (1, 3), (0,)),  # the axis of length 1 was not repeated
        ((1, 3), (3,), (0,)),
    ],
)
def test_summed_names_the_axes_along_which_an_input_was_repeated(
    wide: tuple[int, ...], narrow: tuple[int, ...], summed: tuple[int, ...]
) -> None:
    y, x = mg.ones(wide, requires_grad=True), mg.ones(narrow, requires_grad=True)
    step = next(s for s in (y * x).sum().backward_steps() if s.target is x.node)
    assert step.summed == summed
    np.testing.assert_array_equal(step.product.sum(summed).reshape(narrow), step.contribution)


def test_free_comes_only_for_what_had_saved_something_and_not_with_retain_graph() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    freed = [s.node.name() for s in (a * a + a).backward_steps() if s.kind == "free"]
    kept = [s for s in (a * a + a).backward_steps(retain_graph=True) if s.kind == "free"]
    assert (freed, kept) == (["MulBackward0"], [])


@settings(derandomize=True, max_examples=50)
@given(program=programs)
def test_steps_are_true(program: list[Line]) -> None:
    """Replays a pass from its steps alone: each total is what was there plus what came."""
    loss, leaves = run(mg, program)
    arrived: dict[object, np.ndarray] = {}
    visited = []
    for step in loss.backward_steps():
        match step.kind:
            case "seed":
                arrived[step.node] = step.total
            case "ready":
                visited.append(step.node)
                np.testing.assert_array_equal(step.incoming, arrived[step.node])
            case "send":
                before = arrived.get(step.target)
                assert (step.before is None) == (before is None)
                total = step.contribution if before is None else before + step.contribution
                np.testing.assert_array_equal(step.total, total)
                summed = step.product.sum(step.summed).reshape(step.contribution.shape)
                np.testing.assert_allclose(step.contribution, summed)
                arrived[step.target] = step.total
            case "accumulate":
                np.testing.assert_array_equal(step.total, arrived[step.node])
    assert len(set(visited)) == len(visited)
    for leaf in leaves:
        np.testing.assert_array_equal(leaf.grad.numpy(), arrived[leaf.node])


@settings(derandomize=True, max_examples=50)
@given(program=programs)
def test_operations_come_in_the_reverse_of_the_order_in_which_they_ran(program: list[Line]) -> None:
    loss, _ = run(mg, program)
    numbers = [step.node.number for step in loss.backward_steps() if step.kind == "ready"]
    assert numbers == sorted(numbers, reverse=True)


def test_order_is_the_same_each_time() -> None:
    program = [(i % 8, i * 3 % 7, i * 5 % 9) for i in range(30)]
    assert story(run(mg, program)[0]) == story(run(mg, program)[0])


# -- only looking ------------------------------------------------------------------------------------------------------


def snapshot(leaves: list[mg.Tensor]) -> list[bytes | None]:
    return [None if x.grad is None else x.grad.numpy().tobytes() for x in leaves]


@settings(derandomize=True, max_examples=50)
@given(program=programs)
def test_shadow_changes_nothing_and_tells_what_backward_will_do(program: list[Line]) -> None:
    loss, leaves = run(mg, program)
    leaves[0].grad = mg.full_like(leaves[0], 0.1)
    held, before = leaves[0].grad, snapshot(leaves)
    steps = list(loss.backward_steps(shadow=True))
    assert snapshot(leaves) == before
    assert leaves[0].grad is held
    assert not any(step.kind == "free" or step.node.freed for step in steps)
    loss.backward()
    foretold = {step.node: step.total.tobytes() for step in steps if step.kind == "accumulate"}
    assert [foretold[x.node] for x in leaves] == snapshot(leaves)


def test_shadow_pass_that_stops_halfway_leaves_nothing_behind() -> None:
    a = mg.tensor(2.0, requires_grad=True)
    loss = a * a * a
    steps = loss.backward_steps(shadow=True)
    assert [next(steps).kind for _ in range(4)] == ["seed", "ready", "send", "send"]
    del steps
    loss.backward()
    assert a.grad.item() == 12


def test_steps_do_not_change_after_they_were_told() -> None:
    """A step that showed 2 has to show 2 when the learner steps back to it."""
    a = mg.tensor([1.0, 2.0], requires_grad=True)
    told: list[tuple[Step, bytes]] = []
    for _ in range(2):
        told += [(s, s.total.tobytes()) for s in (a + a).sum().backward_steps() if s.total is not None]
    a.grad.zero_()
    assert all(step.total.tobytes() == bytes_then for step, bytes_then in told)


def test_watching_gives_no_warning_where_backward_gives_none() -> None:
    def loss() -> mg.Tensor:
        with np.errstate(all="ignore"):
            return mg.sqrt(mg.zeros(2, requires_grad=True)).sum()

    loss().backward()
    assert list(loss().backward_steps())[-1].kind == "done"
