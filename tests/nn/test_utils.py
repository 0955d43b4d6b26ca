"""nn.utils: clipping of gradients, and parameters as a vector, beside PyTorch."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import micrograd_nb as mg
from tests.nn.alike import error_of

INF, NAN = float("inf"), float("nan")


def with_grads(lib: Any, *grads: Any, dtype: str = "float64") -> list[Any]:
    """Parameters with these gradients; None for none."""
    parameters = []
    for grad in grads:
        p = lib.zeros(np.shape(grad if grad is not None else 1.0), dtype=getattr(lib, dtype), requires_grad=True)
        if grad is not None:
            p.grad = lib.tensor(grad, dtype=getattr(lib, dtype))
        parameters.append(p)
    return parameters


def clipped(lib: Any, clip: Callable[[Any, list[Any]], Any], *grads: Any, dtype: str = "float64") -> list[np.ndarray]:
    """What a function returns, and the gradients after it."""
    parameters = with_grads(lib, *grads, dtype=dtype)
    result = clip(lib.nn.utils, parameters)
    arrays = [p.grad.numpy() for p in parameters if p.grad is not None]
    return arrays if result is None else [result.numpy(), *arrays]


def assert_alike(torch: Any, clip: Callable[[Any, list[Any]], Any], *grads: Any, dtype: str = "float64") -> None:
    ours, theirs = (clipped(lib, clip, *grads, dtype=dtype) for lib in (mg, torch))
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.dtype == other.dtype
        assert mine.shape == other.shape
        np.testing.assert_allclose(mine, other, rtol=1e-6)


GRADS = {
    "some": ([[1.0, -2.0], [3.0, 0.0]], [4.0, -5.0, 6.0]),
    "one without": ([1.0, -2.0], None, [3.0]),
    "0-d": (3.0, [4.0]),
    "small": ([1e-4, 1e-4],),
    "infinite": ([INF, 1.0], [2.0]),
    "NaN": ([NAN, 1.0], [2.0]),
    "empty": (np.zeros((0, 2)), [3.0, 4.0]),
    "none": (None, None),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("grads", GRADS.values(), ids=GRADS)
@pytest.mark.parametrize("max_norm", [0.0, 1.0, 100.0])
def test_the_norm_is_clipped_as_in_pytorch(max_norm, grads, dtype, torch) -> None:
    assert_alike(torch, lambda utils, p: utils.clip_grad_norm_(p, max_norm), *grads, dtype=dtype)


@pytest.mark.parametrize("order", [0, 0.5, 1, 2, 2.0, 3, "inf", INF, -INF, -1])
def test_every_norm_is_pytorchs(order, torch) -> None:
    grads = [[1.0, -2.0], [3.0, 1.5]], [4.0, -5.0, 6.0]
    assert_alike(torch, lambda utils, p: utils.clip_grad_norm_(p, 1.0, norm_type=order), *grads)
    assert_alike(torch, lambda utils, p: utils.get_total_norm([x.grad for x in p], order), *grads)


@pytest.mark.parametrize("grads", [grads for name, grads in GRADS.items() if name != "none"])
@pytest.mark.parametrize("value", [0.0, 1.5, -1.0, INF])
def test_the_numbers_are_clipped_as_in_pytorch(value, grads, torch) -> None:
    assert_alike(torch, lambda utils, p: utils.clip_grad_value_(p, value), *grads)


def test_without_gradients_nothing_is_clipped() -> None:  # PyTorch raises an error from its inside here
    mg.nn.utils.clip_grad_value_(with_grads(mg, None), 1.0)


def test_a_norm_that_is_known(torch) -> None:
    def clip(utils: Any, parameters: list[Any]) -> Any:
        norm = utils.get_total_norm([p.grad for p in parameters])
        utils.clip_grads_with_norm_(parameters[:1], 0.5, norm)
        return norm

    assert_alike(torch, clip, [1.0, -2.0], [3.0])


def test_one_tensor_and_the_norm_of_nothing(torch) -> None:
    assert_alike(torch, lambda utils, p: utils.clip_grad_norm_(p[0], 1.0), [3.0, 4.0])
    assert_alike(torch, lambda utils, p: utils.clip_grad_value_(p[0], 1.0), [3.0, 4.0])
    assert_alike(torch, lambda utils, p: utils.get_total_norm(p[0].grad), [3.0, 4.0])
    assert_alike(torch, lambda utils, p: utils.get_total_norm([]), [3.0, 4.0])


def test_gradients_of_several_dtypes(torch) -> None:
    def program(lib: Any) -> list[Any]:
        p, q = with_grads(lib, [3.0], dtype="float32") + with_grads(lib, [4.0], dtype="float64")
        norm = lib.nn.utils.clip_grad_norm_([p, q], 1.0)
        return [x.numpy() for x in (norm, p.grad, q.grad)]

    for mine, other in zip(program(mg), program(torch), strict=True):
        assert mine.dtype == other.dtype
        np.testing.assert_allclose(mine, other, rtol=1e-6)


@given(st.lists(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=5), min_size=1, max_size=4), st.floats(0.1, 1e3))
def test_the_norm_is_at_most_what_was_asked_and_the_direction_stays(grads, max_norm) -> None:
    parameters = with_grads(mg, *grads)
    before = np.concatenate(grads)
    mg.nn.utils.clip_grad_norm_(parameters, max_norm)
    after = np.concatenate([p.grad.numpy() for p in parameters])
    assert np.linalg.norm(after) <= max_norm * (1 + 1e-9)
    np.testing.assert_allclose(after * np.linalg.norm(before), before * np.linalg.norm(after), rtol=1e-6, atol=1e-6)


def test_gradients_that_nobody_has_looked_at_are_clipped_too() -> None:
    p = mg.zeros(2, requires_grad=True)
    (p * mg.tensor([30.0, 40.0])).sum().backward()
    mg.nn.utils.clip_grad_norm_(p, 5.0)
    np.testing.assert_allclose(p.grad.numpy(), [3.0, 4.0], rtol=1e-6)


def test_clipping_is_a_change_in_place() -> None:
    for clip in (mg.nn.utils.clip_grad_norm_, mg.nn.utils.clip_grad_value_):
        p = mg.ones(2, requires_grad=True)
        (p * p).sum().backward(create_graph=True)
        penalty = (p.grad * p.grad).sum()
        clip(p, 0.1)
        with pytest.raises(RuntimeError, match=f"modified by an inplace operation: .*{'clip_grad'}"):
            penalty.backward()


# -- errors and warnings -----------------------------------------------------------------------------------------------

ERRORS = {
    "NaN": lambda lib: lib.nn.utils.clip_grad_norm_(with_grads(lib, [NAN]), 1.0, error_if_nonfinite=True),
    "infinite": lambda lib: lib.nn.utils.clip_grad_norm_(with_grads(lib, [INF]), 1.0, error_if_nonfinite=True),
    "NaN, looked at": lambda lib: lib.nn.utils.get_total_norm([lib.tensor([NAN])], error_if_nonfinite=True),
    "integers": lambda lib: lib.nn.utils.get_total_norm([lib.tensor([1, 2])]),
    "order": lambda lib: lib.nn.utils.clip_grad_norm_(with_grads(lib, [1.0]), 1.0, "two"),
    "max_norm": lambda lib: lib.nn.utils.clip_grad_norm_(with_grads(lib, [1.0]), "one"),
    "clip_value": lambda lib: lib.nn.utils.clip_grad_value_(with_grads(lib, [1.0]), "one"),
    "vector is a list": lambda lib: lib.nn.utils.vector_to_parameters([1.0], [lib.ones(1)]),
    "vector too short": lambda lib: lib.nn.utils.vector_to_parameters(lib.ones(3), [lib.ones(2), lib.ones(2)]),
}


@pytest.mark.parametrize("program", ERRORS.values(), ids=ERRORS)
def test_errors_are_pytorchs(program, torch) -> None:
    ours, theirs = error_of(program, mg), error_of(program, torch)
    assert type(ours) is type(theirs)
    first_words = str(theirs).replace("torch.Tensor", "micrograd_nb.Tensor").split(" Got Long")[0]
    assert str(ours).startswith(first_words)


def test_the_largest_number_of_nothing_is_refused(torch) -> None:
    def program(lib: Any) -> None:
        lib.nn.utils.get_total_norm([lib.zeros(0)], INF)

    assert type(error_of(program, mg)) is type(error_of(program, torch)) is RuntimeError
    with pytest.raises(RuntimeError, match="has no largest number"):
        program(mg)


def test_a_generator_without_parameters_warns_as_in_pytorch(torch) -> None:
    for lib in (mg, torch):
        with pytest.warns(UserWarning, match="`parameters` is an empty generator"):
            lib.nn.utils.clip_grad_norm_((p for p in ()), 1.0)


def test_infinite_gradients_give_no_warning() -> None:
    parameters = with_grads(mg, [INF, 1e300], [NAN])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mg.nn.utils.clip_grad_norm_(parameters, 1.0)


# -- vectors -----------------------------------------------------------------------------------------------------------


def test_parameters_go_into_a_vector_and_back(torch) -> None:
    model = mg.nn.Sequential(mg.nn.Linear(3, 2), mg.nn.Linear(2, 1, bias=False))
    theirs = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Linear(2, 1, bias=False))
    vector = np.arange(10.0, dtype=np.float32)
    for lib, net in ((mg, model), (torch, theirs)):
        lib.nn.utils.vector_to_parameters(lib.from_numpy(vector.copy()), net.parameters())
        np.testing.assert_array_equal(lib.nn.utils.parameters_to_vector(net.parameters()).detach().numpy(), vector)
    for (name, mine), other in zip(model.named_parameters(), theirs.parameters(), strict=True):
        assert mine.requires_grad, name
        np.testing.assert_array_equal(mine.detach().numpy(), other.detach().numpy())


def test_gradients_flow_through_the_vector() -> None:
    p, q = mg.ones(2, 2, requires_grad=True), mg.ones(1, requires_grad=True)
    (mg.nn.utils.parameters_to_vector([p, q]) * mg.arange(5.0)).sum().backward()
    assert p.grad.tolist() == [[0.0, 1.0], [2.0, 3.0]]
    assert q.grad.tolist() == [4.0]


def test_parameters_are_views_of_the_vector(torch) -> None:
    for lib in (mg, torch):
        vector, p = lib.zeros(3), lib.ones(3, requires_grad=True)
        lib.nn.utils.vector_to_parameters(vector, [p])
        vector.fill_(7.0)
        assert p.tolist() == [7.0, 7.0, 7.0]


def test_a_vector_that_is_too_short_changes_nothing() -> None:
    p, q = mg.ones(2), mg.ones(2)
    with pytest.raises(RuntimeError, match="the vector has 3 numbers, and the parameters have 4"):
        mg.nn.utils.vector_to_parameters(mg.zeros(3), [p, q])
    assert p.tolist() == [1.0, 1.0]


def test_a_clipped_step_can_be_a_static_graph(rng) -> None:
    def trained(make: Callable[[Any], Any]) -> np.ndarray:
        w = mg.tensor(np.ones((3, 2)), requires_grad=True)
        optimizer = mg.optim.SGD([w], lr=0.1)

        def step(x: mg.Tensor) -> mg.Tensor:
            optimizer.zero_grad()
            loss = ((x @ w) ** 2).sum()
            loss.backward()
            norm = mg.nn.utils.clip_grad_norm_([w], 1.0)
            mg.nn.utils.clip_grad_value_([w], 0.4)
            optimizer.step()
            return norm

        run = make(step)
        for x in inputs:
            run(mg.tensor(x))
        return w.detach().numpy()

    inputs = rng.standard_normal((10, 4, 3))
    np.testing.assert_allclose(trained(mg.static_graph), trained(lambda step: step), rtol=1e-12)
