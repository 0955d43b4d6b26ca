"""`no_grad`, `enable_grad`, `set_grad_enabled`: as contexts, as decorators, nested, after an error, in threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import ModuleType
from typing import Any

import pytest

import micrograd_nb as mg


@pytest.fixture(params=["micrograd_nb", "torch"])
def m(request: pytest.FixtureRequest) -> ModuleType:
    """Our library, and PyTorch: what a test here says holds in both."""
    return mg if request.param == "micrograd_nb" else request.getfixturevalue("torch")


def recorded(m: ModuleType) -> bool:
    """Whether an operation on a leaf leaves a graph now."""
    return bool((m.ones(1, requires_grad=True) * 2).requires_grad)


def test_recording_is_on_by_default(m: ModuleType) -> None:
    assert m.is_grad_enabled()
    assert recorded(m)


def test_no_grad_records_nothing(m: ModuleType) -> None:
    with m.no_grad():
        assert not m.is_grad_enabled()
        result = m.ones(1, requires_grad=True) * 2
    assert (result.requires_grad, result.grad_fn, result.is_leaf) == (False, None, True)
    assert recorded(m)


def test_leaf_can_be_made_and_keeps_requiring_gradients_inside_no_grad(m: ModuleType) -> None:
    with m.no_grad():
        assert m.ones(1, requires_grad=True).requires_grad


def test_modes_nest(m: ModuleType) -> None:
    seen = []
    with m.no_grad():
        with m.enable_grad():
            with m.no_grad():
                seen.append(recorded(m))
            seen.append(recorded(m))
        seen.append(recorded(m))
    assert (*seen, recorded(m)) == (False, True, False, True)


def test_mode_ends_with_an_error(m: ModuleType) -> None:
    with pytest.raises(ZeroDivisionError), m.no_grad():
        _ = 1 / 0
    assert recorded(m)


@pytest.mark.parametrize("on", [True, False])
def test_set_grad_enabled_as_a_context(m: ModuleType, on: bool) -> None:
    with m.set_grad_enabled(on):
        assert recorded(m) is on
        with m.set_grad_enabled(not on):
            assert recorded(m) is not on
        assert recorded(m) is on
    assert recorded(m)


def test_set_grad_enabled_as_a_function(m: ModuleType) -> None:
    m.set_grad_enabled(False)
    try:
        assert not recorded(m)
    finally:
        m.set_grad_enabled(True)
    assert recorded(m)


DECORATORS: list[Any] = [
    pytest.param(lambda m: m.no_grad(), False, id="no_grad()"),
    pytest.param(lambda m: m.no_grad, False, id="no_grad"),
    pytest.param(lambda m: m.set_grad_enabled(False), False, id="set_grad_enabled(False)"),
    pytest.param(lambda m: lambda f: m.no_grad()(m.enable_grad()(f)), True, id="enable_grad()"),
    pytest.param(lambda m: lambda f: m.no_grad()(m.enable_grad(f)), True, id="enable_grad"),
]


@pytest.mark.parametrize(("decorator", "expected"), DECORATORS)
def test_mode_as_a_decorator(m: ModuleType, decorator: Callable[..., Any], expected: bool) -> None:
    @decorator(m)
    def ask(times: int) -> list[bool]:
        """Asks."""
        return [recorded(m)] + (ask(times - 1) if times else [])  # a decorated function may call itself

    assert recorded(m)  # the decorator acts when the function runs
    assert ask(2) == [expected] * 3
    assert recorded(m)
    assert (ask.__name__, ask.__doc__) == ("ask", "Asks.")


def test_decorated_generator_records_only_outside_of_its_body(m: ModuleType) -> None:
    @m.no_grad()
    def ask_twice() -> Any:
        yield recorded(m)
        yield recorded(m)

    assert [(inside, recorded(m)) for inside in ask_twice()] == [(False, True), (False, True)]


def test_backward_works_inside_no_grad(m: ModuleType) -> None:
    x = m.tensor(3.0, requires_grad=True)
    y = x * x
    with m.no_grad():
        y.backward()
    assert x.grad.item() == 6


def test_mode_belongs_to_its_thread(m: ModuleType) -> None:
    together = Barrier(2)

    def inside_no_grad() -> bool:
        with m.no_grad():
            together.wait(10)
            together.wait(10)
            return recorded(m)

    def beside_it() -> bool:
        together.wait(10)
        seen = recorded(m)
        together.wait(10)
        return seen

    with ThreadPoolExecutor(2) as pool:
        off, on = pool.submit(inside_no_grad), pool.submit(beside_it)
        assert (off.result(10), on.result(10)) == (False, True)


def test_thread_starts_recording_also_after_one_that_ended_switched_off(m: ModuleType) -> None:
    """The system gives a new thread the identity of one that has ended."""

    def in_a_thread(function: Callable[[], Any]) -> Any:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(function).result(10)

    for _ in range(5):
        in_a_thread(lambda: m.set_grad_enabled(False))
        assert in_a_thread(lambda: recorded(m))
