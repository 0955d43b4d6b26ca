"""`backward()`: which gradients arrive, where they add up, what is freed, and what is refused."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import micrograd_nb as mg
from tests.autograd.programs import Line, programs, run
from tests.autograd.reference import assert_close, assert_same


def leaf(*numbers: float) -> mg.Tensor:
    """A leaf with these numbers: 0-d for one, a vector for more."""
    return mg.tensor(numbers[0] if len(numbers) == 1 else numbers, dtype=mg.float64, requires_grad=True)


# -- what arrives ------------------------------------------------------------------------------------------------------


def test_gradients_add_up_over_all_uses() -> None:
    a, b = leaf(2.0), leaf(-3.0)
    c = a * b
    (c * c + c + a).backward()
    assert (a.grad.item(), b.grad.item()) == (2 * -6 * -3 - 3 + 1, 2 * -6 * 2 + 2)


def test_diamond_visits_its_top_once_with_the_complete_gradient() -> None:
    a = leaf(3.0)
    top = a * a
    left, right = top * 2, top * 5
    loss = left + right
    ready = [step for step in loss.backward_steps() if step.kind == "ready" and step.node is top.grad_fn]
    assert [step.incoming.item() for step in ready] == [7.0]
    assert a.grad.item() == 7 * 6


def test_a_plus_a_is_two_edges() -> None:
    a = leaf(1.0)
    b = a + a
    assert [node for node, _ in b.grad_fn.next_functions] == [a.node, a.node]
    assert [step.position for step in b.backward_steps(shadow=True) if step.kind == "send"] == [0, 1]
    b.backward()
    assert a.grad.item() == 2


def test_doubling_forty_times_takes_forty_steps_and_not_two_to_the_fortieth() -> None:
    a = leaf(1.0)
    y = a
    for _ in range(40):
        y = y + y
    steps = list(y.backward_steps())
    assert sum(step.kind == "ready" for step in steps) == 40
    assert a.grad.item() == 2**40


def test_second_backward_adds_to_grad() -> None:
    a = leaf(2.0)
    for _ in range(3):
        (a * a).backward()
    assert a.grad.item() == 3 * 4


def test_grad_set_to_none_starts_over() -> None:
    a = leaf(2.0)
    (a * a).backward()
    a.grad = None
    (a * 5).backward()
    assert a.grad.item() == 5


def test_only_leaves_keep_their_gradient() -> None:
    a = leaf(2.0)
    b = a * 3
    (b * b).backward()
    with pytest.warns(UserWarning, match="not a leaf"):
        assert b.grad is None
    assert a.grad.item() == 36


def test_inputs_that_require_no_gradient_get_none_and_their_rules_do_not_run() -> None:
    a, constant = leaf(2.0), mg.tensor(3.0, dtype=mg.float64)
    steps = list((a * constant).backward_steps())
    assert [(s.kind, s.position) for s in steps if s.kind in ("send", "skip")] == [("send", 0), ("skip", 1)]
    assert constant.grad is None


def test_backward_from_a_leaf_fills_its_own_grad() -> None:
    a = leaf(2.0)
    a.backward()
    assert a.grad.item() == 1


def test_gradient_argument_weighs_the_outputs() -> None:
    a = leaf(1.0, 2.0, 3.0)
    (a * a).backward(mg.tensor([1.0, 0.0, 10.0]))
    assert a.grad.tolist() == [2.0, 0.0, 60.0]


def test_one_element_is_enough_for_an_implicit_gradient() -> None:
    a = leaf(1.0, 2.0)
    (a.sum().reshape(1, 1) * 3).backward()
    assert a.grad.tolist() == [3.0, 3.0]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_gradient_has_the_dtype_of_its_leaf(dtype: str) -> None:
    a = mg.tensor([1.0, 2.0], dtype=getattr(mg, dtype), requires_grad=True)
    b = mg.tensor([3.0, 4.0], dtype=mg.float64, requires_grad=True)
    ((a * b).sum() * 2).backward()
    assert (str(a.grad.dtype), str(b.grad.dtype)) == (f"micrograd_nb.{dtype}", "micrograd_nb.float64")


def test_leaf_that_nobody_holds_any_more_is_passed_over() -> None:
    kept = leaf(2.0)
    loss = kept * leaf(3.0)
    loss.backward()
    assert kept.grad.item() == 3


@settings(derandomize=True, max_examples=100)
@given(program=programs)
def test_random_programs_have_the_gradients_of_pytorch(program: list[Line], torch: ModuleType) -> None:
    loss, leaves = run(mg, program)
    expected_loss, expected = run(torch, program)
    assert_close(loss, expected_loss)
    loss.backward()
    expected_loss.backward()
    for ours, theirs in zip(leaves, expected, strict=True):
        assert_same(ours.grad, theirs.grad)


@settings(derandomize=True, max_examples=50)
@given(program=programs)
def test_watched_and_unwatched_passes_are_the_same(program: list[Line]) -> None:
    loss, watched = run(mg, program)
    for _ in loss.backward_steps():
        pass
    loss, unwatched = run(mg, program)
    loss.backward()
    assert [x.grad.numpy().tobytes() for x in watched] == [x.grad.numpy().tobytes() for x in unwatched]


# -- a leaf's `.grad` shares memory with nothing -----------------------------------------------------------------------


def shares(a: mg.Tensor, b: mg.Tensor) -> bool:
    return np.shares_memory(a.detach().numpy(), b.detach().numpy())


@pytest.mark.parametrize("later", [1, 2], ids=["the gradient that was given", "a gradient that the engine made"])
def test_grads_of_two_leaves_are_two_arrays(later: int) -> None:
    a, b = leaf(1.0, 2.0), leaf(3.0, 4.0)
    value = a + b if later == 1 else (a + b) * later
    value.backward(mg.ones(2, dtype=mg.float64))
    a.grad.zero_()
    assert b.grad.tolist() == [later, later]


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda a: a, id="the leaf itself"),
        pytest.param(lambda a: a + 1, id="a + 1"),
        pytest.param(lambda a: a.clone(), id="clone"),
        pytest.param(lambda a: a.reshape(2, 2), id="reshape"),
        pytest.param(lambda a: a.reshape(2, 2).T, id="transpose"),
        pytest.param(lambda a: a[:], id="slice"),
        pytest.param(lambda a: (a + 0).unsqueeze(0), id="two operations"),
        pytest.param(lambda a: mg.cat([a, a]), id="cat"),
        pytest.param(lambda a: mg.stack([a, a]), id="stack"),
    ],
)
def test_grad_does_not_share_memory_with_the_gradient_that_was_given(call: Any) -> None:
    a = leaf(1.0, 2.0, 3.0, 4.0)
    value = call(a)
    gradient = mg.rand(*value.shape, dtype=mg.float64)
    before = gradient.tolist()
    value.backward(gradient)
    assert not shares(a.grad, gradient)
    assert not shares(a.grad, a)
    a.grad.zero_()
    assert gradient.tolist() == before


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda a: a.sum(), id="sum"),
        pytest.param(lambda a: a.mean(), id="mean"),
        pytest.param(lambda a: a.expand(3, 4).sum(), id="expand"),
        pytest.param(lambda a: a.reshape(2, 2).sum(0).sum(), id="sum over a dim"),
    ],
)
def test_grad_is_an_array_of_its_own_that_can_be_written(call: Any) -> None:
    a, b = leaf(1.0, 2.0, 3.0, 4.0), leaf(1.0, 2.0, 3.0, 4.0)
    (call(a) + call(b)).backward()
    assert not shares(a.grad, b.grad)
    a.grad[0] = 100.0  # would change other elements too, if they were one number stretched
    assert a.grad[1:].tolist() == b.grad[1:].tolist()


def test_accumulating_leaves_an_array_that_shares_memory_with_nothing() -> None:
    a, b = leaf(1.0, 2.0), leaf(3.0, 4.0)
    gradient = mg.ones(2, dtype=mg.float64)
    for _ in range(2):
        (a + b).backward(gradient)
    assert (a.grad.tolist(), b.grad.tolist(), gradient.tolist()) == ([2.0, 2.0], [2.0, 2.0], [1.0, 1.0])


def test_grad_that_somebody_holds_is_accumulated_in_place_as_in_pytorch(torch: ModuleType) -> None:
    for m in (mg, torch):
        a = m.tensor([1.0], requires_grad=True)
        (a * 2).sum().backward()
        held = a.grad
        (a * 3).sum().backward()
        assert held is a.grad
        assert held.tolist() == [5.0]


# -- freeing -----------------------------------------------------------------------------------------------------------


def test_freed_graph_says_so_and_gives_the_fix() -> None:
    a = leaf(2.0)
    loss = a * a
    loss.backward()
    with pytest.raises(RuntimeError, match=r"Trying to backward through the graph a second time.*retain_graph=True"):
        loss.backward()


def test_freed_graph_changes_no_grad() -> None:
    a, b = leaf(2.0), leaf(3.0)
    shared = a * a
    (shared * b).backward()
    before = (a.grad.item(), b.grad.item())
    with pytest.raises(RuntimeError, match="second time"):
        (shared + b).backward()
    assert (a.grad.item(), b.grad.item()) == before


def test_retain_graph_keeps_the_graph_for_another_pass() -> None:
    a = leaf(2.0)
    loss = a * a
    loss.backward(retain_graph=True)
    assert not loss.grad_fn.freed
    loss.backward()
    assert loss.grad_fn.freed
    assert a.grad.item() == 8


def test_graph_of_additions_and_views_can_be_walked_twice_as_in_pytorch(torch: ModuleType) -> None:
    for m in (mg, torch):
        a = m.tensor([1.0, 2.0], requires_grad=True)
        loss = (a + a - 1).reshape(2, 1).sum()
        loss.backward()
        loss.backward()
        assert a.grad.tolist() == [4.0, 4.0]


def test_freeing_drops_what_was_saved() -> None:
    a = leaf(2.0)
    loss = a * a
    loss.backward()
    assert loss.grad_fn.saved == {}
    assert loss.grad_fn.inputs == ()
    assert loss.grad_fn.next_functions == ((a.node, 0), (a.node, 0))  # the graph can still be drawn


# -- what is refused ---------------------------------------------------------------------------------------------------


def test_root_with_many_elements_needs_a_gradient() -> None:
    with pytest.raises(RuntimeError, match=r"implicitly created only for scalar outputs.*\(2,\).*\.sum\(\)"):
        (leaf(1.0, 2.0) * 2).backward()


def test_root_without_a_graph_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"does not require grad and does not have a grad_fn.*requires_grad=True"):
        (mg.tensor(1.0) * 2).backward()


def test_gradient_of_another_shape_is_refused_with_both_shapes() -> None:
    with pytest.raises(RuntimeError, match=r"Mismatch in shape.*\(3,\).*\(2,\)"):
        (leaf(1.0, 2.0) * 2).backward(mg.ones(3))


@pytest.mark.parametrize("dtype", [mg.int64, mg.bool, mg.uint8])
def test_integers_cannot_require_gradients(dtype: Any) -> None:
    rule = r"only Tensors of floating point.*dtype can require gradients.*float"
    with pytest.raises(RuntimeError, match=rule):
        mg.tensor([1, 0], dtype=dtype, requires_grad=True)
    with pytest.raises(RuntimeError, match=rule):
        mg.tensor([1, 0], dtype=dtype).requires_grad_()


def test_requires_grad_of_a_computed_tensor_cannot_be_switched_off() -> None:
    computed = leaf(1.0) * 2
    with pytest.raises(RuntimeError, match=r"leaf.*detach\(\)"):
        computed.requires_grad = False


# -- leaving the graph -------------------------------------------------------------------------------------------------


def test_detach_shares_the_numbers_and_not_the_history() -> None:
    a = leaf(2.0)
    b = a * 3
    detached = b.detach()
    assert (detached.requires_grad, detached.grad_fn, detached.is_leaf) == (False, None, True)
    assert shares(detached, b)
    (b + detached * a).backward()
    assert a.grad.item() == 3 + 6


def test_detached_leaf_leaves_the_leaf_as_it_was() -> None:
    a = leaf(2.0)
    a.detach().requires_grad_()
    assert a.requires_grad
    assert a.grad is None
