"""Hooks of modules: what they see, what they change, in which order; beside PyTorch's."""

from __future__ import annotations

import copy
import gc
import pickle
import threading
import weakref
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.nn.hooks import of_all_modules, register_module_forward_pre_hook

from .alike import Program, raises_alike


def numbers(value: Any) -> Any:
    """Tensors as lists, in a structure, so that those of two libraries compare."""
    if isinstance(value, (tuple, list)):
        return type(value)(numbers(x) for x in value)
    if isinstance(value, dict):
        return {key: numbers(x) for key, x in value.items()}
    return value.tolist() if hasattr(value, "tolist") else value


def scaling(lib, **names):
    """A module that computes input · weight, with weight 2, and takes a factor by keyword."""

    class Scale(lib.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = lib.nn.Parameter(lib.tensor([2.0]))

        def forward(self, x, factor=1.0):
            return x * self.weight * factor

    return Scale()


def module_of(lib) -> Any:
    """Where the functions that hook all modules are."""
    return lib.nn.hooks if lib is mg else lib.nn.modules.module


# -- forward -----------------------------------------------------------------------------------------------------------


def seen_by_forward_hooks(lib) -> list[Any]:
    """What every kind of forward hook is called with, in order."""
    seen: list[Any] = []

    def note(name: str, answer: Any = None) -> Any:
        def hook(module, *given):
            seen.append((name, type(module).__name__, numbers(given)))
            return answer

        return hook

    module = scaling(lib)
    module.register_forward_pre_hook(note("pre 1"))
    module.register_forward_pre_hook(note("pre 2", lib.tensor([3.0])))
    module.register_forward_pre_hook(note("pre 0"), prepend=True)
    module.register_forward_pre_hook(note("with kwargs", ((lib.tensor([4.0]),), {"factor": 10.0})), with_kwargs=True)
    module.register_forward_hook(note("after 1", lib.tensor([7.0])))
    module.register_forward_hook(note("after 2"), with_kwargs=True)
    module.register_forward_hook(note("after 0"), prepend=True, always_call=True)
    seen.append(numbers(module(lib.tensor([1.0]), factor=5.0)))
    return seen


def test_forward_hooks_are_pytorchs(torch: ModuleType) -> None:
    assert seen_by_forward_hooks(mg) == seen_by_forward_hooks(torch)


def seen_by_hooks_of_all_modules(lib) -> list[Any]:
    seen: list[Any] = []

    def note(name: str) -> Any:
        return lambda module, *given: seen.append((name, type(module).__name__, numbers(given)))

    model = lib.nn.Sequential(scaling(lib), lib.nn.ReLU())
    model[0].register_forward_hook(note("own"))
    model[0].register_forward_pre_hook(note("own pre"))
    model[0].register_full_backward_hook(note("own backward"))
    functions = module_of(lib)
    handles = [
        functions.register_module_forward_pre_hook(note("all pre")),
        functions.register_module_forward_hook(note("all")),
        functions.register_module_forward_hook(note("all with kwargs"), with_kwargs=True),
        functions.register_module_full_backward_pre_hook(note("all backward pre")),
        functions.register_module_full_backward_hook(note("all backward")),
    ]
    try:
        model(lib.tensor([1.0, -1.0], requires_grad=True)).sum().backward()
    finally:
        for handle in handles:
            handle.remove()
    model(lib.tensor([1.0]))
    return seen


def test_hooks_of_all_modules_are_pytorchs(torch: ModuleType) -> None:
    assert seen_by_hooks_of_all_modules(mg) == seen_by_hooks_of_all_modules(torch)
    assert not of_all_modules


def test_a_hook_that_returns_one_value_gives_one_argument() -> None:
    module = scaling(mg)
    with module.register_forward_pre_hook(lambda module, args: args[0] + 1):
        assert module(mg.tensor([1.0])).tolist() == [4.0]
    assert module(mg.tensor([1.0])).tolist() == [2.0]


def test_a_hook_may_remove_itself() -> None:
    module, calls = mg.nn.ReLU(), []

    def once(module, args, output):
        calls.append(1)
        handle.remove()

    handle = module.register_forward_hook(once)
    module(mg.ones(1))
    module(mg.ones(1))
    assert calls == [1]
    handle.remove()


# -- errors in forward -------------------------------------------------------------------------------------------------


def called_after_an_error(lib) -> list[Any]:
    seen: list[Any] = []

    class Fails(lib.nn.Module):
        def forward(self, x):
            raise KeyError("wrong")

    module = Fails()
    module.register_forward_hook(lambda *given: seen.append("not called"))
    module.register_forward_hook(lambda m, args, output: seen.append((numbers(args), output)), always_call=True)
    module.register_forward_hook(
        lambda m, args, kwargs, output: seen.append((numbers(kwargs), output)), always_call=True, with_kwargs=True
    )
    with pytest.raises(KeyError, match="wrong"):
        module(x=lib.tensor([1.0]))
    return seen


def test_always_called_hooks_are_pytorchs(torch: ModuleType) -> None:
    assert called_after_an_error(mg) == called_after_an_error(torch)


def test_a_hook_that_is_called_after_an_error_of_a_hook() -> None:
    module, seen = mg.nn.ReLU(), []
    module.register_forward_hook(lambda m, args, output: seen.append(output.tolist()), always_call=True)
    module.register_forward_hook(lambda m, args, output: 1 / 0)
    module.register_forward_hook(lambda m, args, output: seen.append("last"), always_call=True)
    with pytest.raises(ZeroDivisionError):
        module(mg.ones(1))
    assert seen == [[1.0], "last"]


def test_an_error_after_an_error_is_a_warning() -> None:
    module = mg.nn.Module()
    module.register_forward_hook(lambda m, args, output: 1 / 0, always_call=True)
    with (
        pytest.warns(UserWarning, match="silenced as another error was raised in forward: division by zero"),
        pytest.raises(NotImplementedError),
    ):
        module(mg.ones(1))


ERRORS: dict[str, Program] = {
    "pre-hook with kwargs that returns no pair": lambda lib: _called_with_pre_hook(lib, lambda m, a, k: (1, 2, 3)),
    "backward hook that returns too much": lambda lib: _backward_with_hook(lib, lambda m, gi, go: (*gi, *gi)),
    "backward pre-hook that returns too much": lambda lib: _backward_with_pre_hook(lib, lambda m, go: (*go, *go)),
}


def _called_with_pre_hook(lib, hook) -> None:
    module = lib.nn.ReLU()
    module.register_forward_pre_hook(hook, with_kwargs=True)
    module(lib.ones(1))


def _backward_with_hook(lib, hook) -> None:
    module = scaling(lib)
    module.register_full_backward_hook(hook)
    module(lib.ones(1, requires_grad=True)).sum().backward()


def _backward_with_pre_hook(lib, hook) -> None:
    module = scaling(lib)
    module.register_full_backward_pre_hook(hook)
    module(lib.ones(1, requires_grad=True)).sum().backward()


@pytest.mark.parametrize("program", ERRORS.values(), ids=ERRORS)
def test_errors_are_pytorchs(program: Program, torch: ModuleType) -> None:
    raises_alike(program, torch)


def test_hooks_that_cannot_be() -> None:
    with pytest.raises(TypeError, match="a hook is a function, but got int"):
        mg.nn.ReLU().register_forward_hook(1)  # type: ignore[arg-type]
    with pytest.raises(NotImplementedError, match="Use register_full_backward_hook"):
        mg.nn.ReLU().register_backward_hook(print)

    class Net(mg.nn.Module):
        def __init__(self) -> None:
            self.register_forward_hook(print)

    with pytest.raises(AttributeError, match=r"before Module\.__init__\(\) call: begin Net\.__init__"):
        Net()


# -- backward ----------------------------------------------------------------------------------------------------------


def seen_by_backward_hooks(lib) -> list[Any]:
    """A module with several inputs and outputs, some of which are no tensors or need no gradients."""
    seen: list[Any] = []

    class Mixed(lib.nn.Module):
        def forward(self, a, number, b, c):
            return a * b * number, None, c + 1, a + 1

    module = Mixed()
    module.register_full_backward_pre_hook(lambda m, go: seen.append(("pre", numbers(go))))
    module.register_full_backward_hook(lambda m, gi, go: seen.append(("after", numbers(gi), numbers(go))))
    module.register_full_backward_pre_hook(lambda m, go: tuple(g if g is None else g * 2 for g in go))
    module.register_full_backward_hook(lambda m, gi, go: tuple(g if g is None else g * 10 for g in gi), prepend=True)
    a, b = (lib.tensor([float(i), 2.0], requires_grad=True) for i in (1, 3))
    first, _, _, last = module(a, 5, b, lib.tensor([1.0, 1.0]))
    seen.append(type(first.grad_fn).__name__ if lib is not mg else first.grad_fn.name())
    (first.sum() + (last * 7).sum()).backward()
    return [*seen, numbers(a.grad), numbers(b.grad)]


def test_backward_hooks_are_pytorchs(torch: ModuleType) -> None:
    ours, theirs = seen_by_backward_hooks(mg), seen_by_backward_hooks(torch)
    assert ours == theirs
    assert "BackwardHookFunctionBackward" in ours
    assert ("pre", ([1.0, 1.0], None, None, [7.0, 7.0])) in ours


def test_a_first_layer_without_gradients_of_its_input(torch: ModuleType) -> None:
    def program(lib) -> list[Any]:
        seen: list[Any] = []
        module = scaling(lib)
        module.register_full_backward_hook(lambda m, gi, go: seen.append(numbers((gi, go))))
        with pytest.warns(UserWarning, match="since no inputs require gradients"):
            module(lib.tensor([1.0])).sum().backward()
        return [*seen, numbers(module.weight.grad)]

    assert program(mg) == program(torch)


def test_a_first_layer_has_nothing_to_change() -> None:
    module = scaling(mg)
    module.register_full_backward_hook(lambda m, gi, go: (mg.ones(1),))
    with (
        pytest.warns(UserWarning, match="since no inputs require gradients"),
        pytest.raises(RuntimeError, match="should always return None"),
    ):
        module(mg.tensor([1.0])).sum().backward()


def test_a_pre_hook_alone_needs_no_gradients_of_the_input() -> None:
    module, seen = scaling(mg), []
    module.register_full_backward_pre_hook(lambda m, go: seen.append(numbers(go)))
    module(mg.tensor([1.0])).sum().backward()
    assert seen == [([1.0],)]


def test_an_output_that_is_no_tensor_is_warned_of() -> None:
    class Dict(mg.nn.Module):
        def forward(self, x):
            return {"y": x * 2}

    module = Dict()
    module.register_full_backward_hook(lambda m, gi, go: None)
    with pytest.warns(UserWarning, match="module output should be a Tensor or a tuple of Tensors but received"):
        module(mg.tensor([1.0], requires_grad=True))


def test_without_recording_there_is_nothing_to_watch() -> None:
    module = scaling(mg)
    module.register_full_backward_hook(lambda m, gi, go: 1 / 0)
    with mg.no_grad():
        assert module(mg.tensor([1.0], requires_grad=True)).grad_fn is None


def test_every_backward_pass_of_a_kept_graph_calls_the_hook() -> None:
    module, seen = scaling(mg), []
    module.register_full_backward_hook(lambda m, gi, go: seen.append(numbers((gi, go))))
    y = module(mg.tensor([1.0], requires_grad=True)).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert seen == [(([2.0],), ([1.0],))] * 2


def test_gradients_of_gradients_go_through_hooked_modules(torch: ModuleType) -> None:
    def program(lib) -> float:
        module = scaling(lib)
        module.register_full_backward_hook(lambda m, gi, go: (gi[0] * 3,))
        x = lib.tensor([2.0], requires_grad=True)
        (first,) = lib.autograd.grad((module(x) ** 2).sum(), x, create_graph=True)
        (second,) = lib.autograd.grad(first.sum(), x)
        return numbers([first, second])

    assert program(mg) == program(torch)


@pytest.mark.parametrize("training", [True, False])
def test_a_hooked_model_has_the_same_gradients(training: bool, rng: np.random.Generator) -> None:
    model = mg.nn.Sequential(mg.nn.Linear(3, 4), mg.nn.Tanh(), mg.nn.Linear(4, 1)).train(training)
    x = mg.tensor(rng.standard_normal((5, 3)).astype(np.float32), requires_grad=True)
    model(x).sum().backward()
    plain = [numbers(p.grad) for p in (*model.parameters(), x)]
    model.zero_grad()
    x.grad = None
    for module in model.modules():
        module.register_full_backward_hook(lambda m, gi, go: gi)
        module.register_forward_hook(lambda m, args, output: output)
    model(x).sum().backward()
    assert [numbers(p.grad) for p in (*model.parameters(), x)] == plain


# -- copies, threads, memory -------------------------------------------------------------------------------------------


class Counting(mg.nn.Module):
    """Counts its own calls by a hook that is its method."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0
        self.handle = self.register_forward_hook(self.count)

    @staticmethod
    def count(module, args, output) -> None:
        module.calls += 1

    def forward(self, x):
        return x


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_copy_has_hooks_of_its_own(copied) -> None:
    module = Counting()
    other = copied(module)
    other(1)
    assert (module.calls, other.calls) == (0, 1)
    other.handle.remove()
    other(1)
    module(1)
    assert (module.calls, other.calls) == (1, 1)


def test_the_hooks_of_a_pickle_keep_their_numbers() -> None:
    other = pickle.loads(pickle.dumps(Counting()))
    for _ in range(5):
        other.register_forward_hook(other.count)
    other(1)
    assert other.calls == 6


def test_a_handle_holds_no_module_alive() -> None:
    module = mg.nn.ReLU()
    handle = module.register_forward_hook(lambda *given: None)
    gone = weakref.ref(module)
    gc.disable()
    try:
        del module
        assert gone() is None
    finally:
        gc.enable()
    handle.remove()


def test_hooks_of_all_modules_see_every_thread() -> None:
    threads = set()
    with register_module_forward_pre_hook(lambda module, args: threads.add(threading.get_ident())):
        thread = threading.Thread(target=mg.nn.ReLU(), args=(mg.ones(1),))
        thread.start()
        thread.join()
        mg.nn.ReLU()(mg.ones(1))
    assert len(threads) == 2
