"""All optimizers that step by a gradient: the same numbers as PyTorch's over a hundred steps, for every option."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from tests.nn.alike import error_of
from tests.optim.training import CASES, OPTIONS, assert_close, every_case, every_optimizer, run, started, trained


@pytest.fixture
def start(rng) -> list[np.ndarray]:
    return [rng.standard_normal((3, 2)), rng.standard_normal(4)]


@every_case
def test_a_hundred_steps_are_pytorchs(name, options, start, torch) -> None:
    ours, theirs = (trained(lib, name, start, options) for lib in (mg, torch))
    assert_close(ours, theirs, 1e-6)
    assert_close(ours, theirs, 1e-11)  # and much closer than what was asked


@every_case
def test_float32_is_pytorchs(name, options, start, torch) -> None:
    ours, theirs = (trained(lib, name, start, options, dtype="float32") for lib in (mg, torch))
    assert_close(ours, theirs, 2e-4)


@pytest.mark.parametrize(("name", "options"), [c for c in CASES if c[0] != "RAdam"])
@pytest.mark.parametrize("foreach", [True, False])
def test_the_implementation_can_be_chosen_and_does_not_matter(foreach, name, options, start, torch) -> None:
    ours = trained(mg, name, start, options | {"foreach": foreach})
    assert_close(ours, trained(torch, name, start, options | {"foreach": foreach}), 1e-9)


@every_optimizer
def test_every_option_matters(name, start) -> None:
    """A comparison of programs that all do the same would prove nothing."""
    ends = [trained(mg, name, start, options)[0].tobytes() for options in OPTIONS[name]]
    assert len(set(ends)) == len(ends)


@every_optimizer
def test_every_option_is_compared(name, torch) -> None:
    """An option that PyTorch has and no row sets would not be seen to be missing."""
    chosen = {option for options in OPTIONS[name] for option in options}
    others = {"self", "params", "foreach", "fused", "capturable", "differentiable"}
    assert set(inspect.signature(getattr(torch.optim, name)).parameters) - others == chosen


@every_optimizer
def test_options_that_change_between_steps(name, start, torch) -> None:
    def change(step: int, optimizer: Any, lib: Any) -> None:
        group = optimizer.param_groups[0]
        group["lr"] *= 0.97
        group["weight_decay"] = 0.01 * (step % 4)
        group["maximize"] = step > 70
        if "betas" in group:
            group["betas"] = (0.5 + 0.004 * step, 0.99)

    assert_close(*(trained(lib, name, start, {"lr": 0.05}, change) for lib in (mg, torch)), 1e-10)


@every_optimizer
def test_a_tensor_as_learning_rate(name, start, torch) -> None:
    def change(step: int, optimizer: Any, lib: Any) -> None:
        optimizer.param_groups[0]["lr"].mul_(0.97)

    ends = [
        trained(lib, name, start, {"lr": lib.tensor(0.05, dtype=lib.float64), "foreach": False}, change)
        for lib in (mg, torch)
    ]
    assert_close(*ends, 1e-6)


@every_optimizer
def test_groups_have_options_of_their_own(name, start, torch) -> None:
    def program(lib: Any) -> list[np.ndarray]:
        a, b = parameters = started(lib, start)
        groups = [{"params": [a], "weight_decay": 0.1}, {"params": b, "lr": 0.1, "maximize": True}]
        run(lib, parameters, getattr(lib.optim, name)(groups, lr=0.05), range(20))
        return [a.detach().numpy(), b.detach().numpy()]

    assert_close(program(mg), program(torch), 1e-10)


@every_optimizer
def test_defaults_are_pytorchs(name, torch) -> None:
    ours, theirs = (getattr(lib.optim, name)([lib.ones(1, requires_grad=True)]).defaults for lib in (mg, torch))
    assert ours == theirs


@every_optimizer
def test_arguments_are_pytorchs(name, torch) -> None:
    ours, theirs = (
        [(p.name, p.default, p.kind) for p in inspect.signature(getattr(lib.optim, name)).parameters.values()]
        for lib in (mg, torch)
    )
    assert ours == theirs


@every_optimizer
def test_repr_is_pytorchs(name, torch) -> None:
    ours, theirs = (repr(getattr(lib.optim, name)([lib.ones(1, requires_grad=True)], lr=0.1)) for lib in (mg, torch))
    assert ours == theirs


# -- the arrays --------------------------------------------------------------------------------------------------------


@every_case
def test_a_step_works_in_place_and_leaves_the_gradient(name, options) -> None:
    p = mg.ones(3, requires_grad=True)
    array = p.array
    optimizer = getattr(mg.optim, name)([p], **options)
    p.grad = mg.tensor([1.0, 2.0, -3.0])
    for _ in range(8):
        optimizer.step()
    assert p.array is array
    assert p.dtype is mg.float32
    assert p.grad.tolist() == [1.0, 2.0, -3.0]
    assert {value.dtype for value in optimizer.state[p].values()} <= {mg.float32}


@every_optimizer
def test_parameters_of_several_dtypes_and_shapes(name, torch) -> None:
    def program(lib: Any) -> list[np.ndarray]:
        shapes = [(), (0, 2), (2, 3), (3, 2, 1)]
        dtypes = [lib.float32, lib.float64, lib.float64, lib.float32]
        parameters = [lib.ones(s, dtype=d, requires_grad=True) for s, d in zip(shapes, dtypes, strict=True)]
        optimizer = getattr(lib.optim, name)(parameters, lr=0.1)
        for _ in range(3):
            optimizer.zero_grad()
            for p in parameters:
                (p * p).sum().backward()
            optimizer.step()
        return [p.detach().numpy() for p in parameters]

    assert_close(program(mg), program(torch), 1e-5)


@every_optimizer
def test_memory_in_any_order(name, rng, torch) -> None:
    numbers = rng.standard_normal((4, 3))

    def program(lib: Any) -> np.ndarray:
        p = lib.from_numpy(numbers.copy()).T.detach().requires_grad_()
        optimizer = getattr(lib.optim, name)([p], lr=0.1, weight_decay=0.1)
        for _ in range(3):
            optimizer.zero_grad()
            (p.sin() * lib.from_numpy(numbers.T.copy())).sum().backward()
            optimizer.step()
        return p.detach().numpy()

    np.testing.assert_allclose(program(mg), program(torch), rtol=1e-11)


@every_optimizer
def test_a_parameter_that_gets_another_array(name) -> None:
    """`p.data = …`, of another dtype and shape even, where there is no state yet that belongs to the old one."""
    p, q = mg.ones(2, requires_grad=True), mg.ones(4, dtype=mg.float64, requires_grad=True)
    optimizer, other = (getattr(mg.optim, name)([x], lr=0.1) for x in (p, q))
    p.grad, q.grad = mg.ones(2), mg.ones(4, dtype=mg.float64)
    optimizer.step()
    optimizer.load_state_dict(other.state_dict())
    p.data = mg.ones(4, dtype=mg.float64)
    p.grad = q.grad
    if name == "Adagrad":  # it has a state from the beginning
        optimizer.state = type(optimizer.state)(dict)
    optimizer.step()
    other.step()
    assert p.tolist() == q.tolist()


@every_optimizer
def test_without_a_gradient_a_parameter_stays(name) -> None:
    p = mg.ones(2, requires_grad=True)
    optimizer = getattr(mg.optim, name)([p], lr=0.1, weight_decay=0.1)
    optimizer.step()
    assert p.tolist() == [1.0, 1.0]
    assert bool(optimizer.state) == (name == "Adagrad")


@every_optimizer
def test_numbers_explode_without_a_warning(name) -> None:
    p = mg.ones(3, requires_grad=True)
    optimizer = getattr(mg.optim, name)([p], lr=1e30, weight_decay=1e30)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(3):
            p.grad = mg.tensor([1e38, float("nan"), -float("inf")])
            optimizer.step()
    assert not p.isfinite().all()


# -- the state ---------------------------------------------------------------------------------------------------------


def as_torch(torch: Any, state: dict[str, Any]) -> dict[str, Any]:
    """A state of ours with PyTorch's tensors in it."""

    def converted(value: Any) -> Any:
        if isinstance(value, mg.Tensor):
            return torch.tensor(value.numpy())
        return [converted(x) for x in value] if isinstance(value, list) else value

    per_parameter = {i: {name: converted(x) for name, x in entry.items()} for i, entry in state["state"].items()}
    return state | {"state": per_parameter}


@every_case
def test_state_from_pytorch_goes_on_here(name, options, start, torch) -> None:
    theirs = started(torch, start)
    their_optimizer = getattr(torch.optim, name)(theirs, **options)
    run(torch, theirs, their_optimizer, range(10))
    ours = started(mg, [p.detach().numpy().copy() for p in theirs])
    optimizer = getattr(mg.optim, name)(ours)
    optimizer.load_state_dict(their_optimizer.state_dict())
    assert optimizer.param_groups[0].keys() == their_optimizer.param_groups[0].keys()
    for lib, parameters, o in ((mg, ours, optimizer), (torch, theirs, their_optimizer)):
        run(lib, parameters, o, range(10, 20))
    assert_close([p.detach().numpy() for p in ours], [p.detach().numpy() for p in theirs], 1e-11)


@every_case
def test_state_from_here_goes_on_in_pytorch(name, options, start, torch) -> None:
    ours = started(mg, start)
    optimizer = getattr(mg.optim, name)(ours, **options)
    run(mg, ours, optimizer, range(10))
    theirs = started(torch, [p.detach().numpy().copy() for p in ours])
    their_optimizer = getattr(torch.optim, name)(theirs)
    their_optimizer.load_state_dict(as_torch(torch, optimizer.state_dict()))
    for lib, parameters, o in ((mg, ours, optimizer), (torch, theirs, their_optimizer)):
        run(lib, parameters, o, range(10, 20))
    assert_close([p.detach().numpy() for p in ours], [p.detach().numpy() for p in theirs], 1e-11)


@every_case
def test_the_state_is_called_and_looks_as_in_pytorch(name, options, start, torch) -> None:
    def program(lib: Any) -> dict[int, dict[str, tuple[Any, ...]]]:
        parameters = started(lib, start)
        optimizer = getattr(lib.optim, name)(parameters, **options)
        run(lib, parameters, optimizer, range(5))
        state = optimizer.state_dict()["state"]
        return {i: {k: (v.numpy().dtype, v.numpy().shape) for k, v in entry.items()} for i, entry in state.items()}

    assert program(mg) == program(torch)


@every_optimizer
def test_steps_are_counted_in_the_default_dtype(name, torch) -> None:
    def program(lib: Any) -> set[Any]:
        p = lib.ones(2, dtype=lib.float64, requires_grad=True)
        p.grad = lib.ones(2, dtype=lib.float64)
        optimizer = getattr(lib.optim, name)([p])
        optimizer.step()
        return {v.numpy().dtype for v in optimizer.state[p].values() if v.ndim == 0}

    for dtype in ("float64", "float32"):
        for lib in (mg, torch):
            lib.set_default_dtype(getattr(lib, dtype))
        try:
            assert program(mg) == program(torch)
        finally:
            for lib in (mg, torch):
                lib.set_default_dtype(lib.float32)


# -- errors ------------------------------------------------------------------------------------------------------------

WRONG = [
    ("lr", -1.0),
    ("weight_decay", -1.0),
    ("eps", -1.0),
    ("momentum", -0.1),
    ("alpha", -0.1),
    ("lr_decay", -0.1),
    ("initial_accumulator_value", -0.1),
    ("momentum_decay", -0.1),
    ("betas", (1.0, 0.9)),
    ("betas", (-0.1, 0.9)),
    ("betas", (0.9, 1.0)),
]


@every_optimizer
def test_wrong_options_are_refused_as_in_pytorch(name, torch) -> None:
    has = inspect.signature(getattr(torch.optim, name)).parameters
    for option, value in WRONG:
        if option in has:
            errors = [error_of(lambda lib, o={option: value}: made(lib, name, **o), lib) for lib in (mg, torch)]
            assert type(errors[0]) is type(errors[1]) is ValueError
            assert str(errors[0]).startswith(str(errors[1]))
    errors = [error_of(lambda lib: made(lib, name, lr=lib.ones(2)), lib) for lib in (mg, torch)]
    assert type(errors[0]) is type(errors[1]) is ValueError
    assert str(errors[0]).startswith(str(errors[1]))


@every_optimizer
def test_what_there_is_not_is_refused(name) -> None:
    with pytest.raises(NotImplementedError, match=r"differentiable=True would record the step.*p - lr \* grad"):
        made(mg, name, differentiable=True)
    with pytest.raises(NotImplementedError, match="differentiable"):
        mg.optim.SGD([{"params": mg.ones(1, requires_grad=True), "differentiable": True}])
    if "capturable" in inspect.signature(getattr(mg.optim, name)).parameters:
        with pytest.raises(NotImplementedError, match="no GPU here"):
            made(mg, name, capturable=True)


def made(lib: Any, name: str, **options: Any) -> Any:
    return getattr(lib.optim, name)([lib.ones(1, requires_grad=True)], **options)
