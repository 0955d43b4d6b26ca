"""Optimizer: groups, gradients, state, and what it says of parameters that it cannot optimize."""

from __future__ import annotations

import numpy as np
import pytest

import micrograd_nb as mg
from tests.nn.alike import error_of


def leaf(lib, *shape: int):
    return lib.ones(*(shape or (2,)), requires_grad=True)


# -- errors ------------------------------------------------------------------------------------------------------------


def exhausted(lib):
    model = lib.nn.Linear(1, 1)
    parameters = model.parameters()
    list(parameters)
    return lib.optim.SGD(parameters)


def twice(lib):
    p = leaf(lib)
    return lib.optim.SGD([{"params": [p]}, {"params": [p]}])


ERRORS = {
    "empty": lambda lib: lib.optim.SGD([]),
    "exhausted": exhausted,
    "a tensor": lambda lib: lib.optim.SGD(leaf(lib)),
    "a set of tensors in a group": lambda lib: lib.optim.SGD([{"params": {leaf(lib)}}]),
    "a number": lambda lib: lib.optim.SGD([1]),
    "no leaf": lambda lib: lib.optim.SGD([leaf(lib) * 2]),
    "in two groups": twice,
    "names for some": lambda lib: lib.optim.SGD([("a", leaf(lib)), leaf(lib)]),
    "negative lr": lambda lib: lib.optim.SGD([leaf(lib)], lr=-1),
    "negative momentum": lambda lib: lib.optim.SGD([leaf(lib)], momentum=-1),
    "negative weight_decay": lambda lib: lib.optim.SGD([leaf(lib)], weight_decay=-1),
    "lr with elements": lambda lib: lib.optim.SGD([leaf(lib)], lr=lib.ones(2)),
    "nesterov without momentum": lambda lib: lib.optim.SGD([leaf(lib)], nesterov=True),
    "nesterov with dampening": lambda lib: lib.optim.SGD([leaf(lib)], momentum=1, dampening=1, nesterov=True),
    "group that is no dict": lambda lib: lib.optim.SGD([leaf(lib)]).add_param_group([leaf(lib)]),
    "state of another number of groups": lambda lib: lib.optim.SGD([leaf(lib)]).load_state_dict(
        lib.optim.SGD([{"params": leaf(lib)}, {"params": leaf(lib)}]).state_dict()
    ),
    "state of groups of another size": lambda lib: lib.optim.SGD([leaf(lib)]).load_state_dict(
        lib.optim.SGD([leaf(lib), leaf(lib)]).state_dict()
    ),
}


@pytest.mark.parametrize("program", ERRORS.values(), ids=ERRORS)
def test_errors_are_pytorchs(program, torch) -> None:
    ours, theirs = error_of(program, mg), error_of(program, torch)
    assert type(ours) is type(theirs)
    assert str(ours).startswith(str(theirs).replace("torch.FloatTensor", "a Tensor"))


def test_errors_say_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"Call model\.parameters\(\) anew"):
        exhausted(mg)
    with pytest.raises(ValueError, match=r"MulBackward0.*detach\(\)\.requires_grad_\(\)"):
        mg.optim.SGD([leaf(mg) * 2])
    with pytest.raises(TypeError, match="use a list"):
        mg.optim.SGD({leaf(mg)})


@pytest.mark.parametrize("option", ["foreach", "fused", "differentiable"])
def test_other_implementations_are_refused(option: str) -> None:
    with pytest.raises(NotImplementedError, match="leave them out"):
        mg.optim.SGD([leaf(mg)], **{option: True})


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(TypeError, match="momentun"):
        mg.optim.SGD([leaf(mg)], momentun=0.9)


def test_a_parameter_twice_in_a_group_warns_as_in_pytorch(torch) -> None:
    for lib in (mg, torch):
        p = leaf(lib)
        with pytest.warns(UserWarning, match="optimizer contains a parameter group with duplicate parameters"):
            lib.optim.SGD([p, p])


def test_an_optimizer_without_update() -> None:
    with pytest.raises(NotImplementedError, match="Mine needs a method update"):
        type("Mine", (mg.optim.Optimizer,), {})([leaf(mg)], {}).step()


# -- gradients and groups ----------------------------------------------------------------------------------------------


def test_zero_grad_forgets_or_zeroes() -> None:
    p = leaf(mg)
    optimizer = mg.optim.SGD([p])
    p.sum().backward()
    optimizer.zero_grad(set_to_none=False)
    assert p.grad.tolist() == [0.0, 0.0]
    optimizer.zero_grad()
    assert p.grad is None
    optimizer.zero_grad(set_to_none=False)
    assert p.grad is None


def test_the_closure_is_called_with_gradients_on() -> None:
    p = leaf(mg)
    optimizer = mg.optim.SGD([p], lr=0.1)

    def closure() -> mg.Tensor:
        optimizer.zero_grad()
        loss = p.sum()
        loss.backward()
        return loss

    with mg.no_grad():
        loss = optimizer.step(closure)
    assert loss.item() == 2.0
    np.testing.assert_allclose(p.detach().numpy(), 0.9, rtol=1e-6)


def test_repr_is_pytorchs(torch) -> None:
    def program(lib) -> str:
        groups = [{"params": [leaf(lib)]}, {"params": leaf(lib), "lr": 0.5, "name": "head"}]
        return repr(lib.optim.SGD(groups, lr=0.1, momentum=0.9))

    assert program(mg) == program(torch)


def test_named_parameters(torch) -> None:
    def program(lib) -> list[str]:
        return lib.optim.SGD(lib.nn.Linear(2, 1).named_parameters()).state_dict()["param_groups"][0]["param_names"]

    assert program(mg) == program(torch) == ["weight", "bias"]


def test_a_group_added_later_takes_the_defaults() -> None:
    optimizer = mg.optim.SGD([leaf(mg)], lr=0.1)
    optimizer.add_param_group({"params": leaf(mg), "momentum": 0.5})
    assert [(group["lr"], group["momentum"]) for group in optimizer.param_groups] == [(0.1, 0), (0.1, 0.5)]


# -- state -------------------------------------------------------------------------------------------------------------


def run(model, optimizer, lib, x, steps: int) -> None:
    for _ in range(steps):
        optimizer.zero_grad()
        model(lib.tensor(x)).sin().sum().backward()
        optimizer.step()


def made(lib, weights=None):
    model = lib.nn.Linear(3, 2, dtype=lib.float64)
    if weights is not None:
        model.load_state_dict({name: lib.tensor(array) for name, array in weights.items()})
    return model, lib.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def weights_of(model) -> dict[str, np.ndarray]:
    return {name: tensor.numpy().copy() for name, tensor in model.state_dict().items()}


def test_loaded_state_goes_on_where_it_was(rng) -> None:
    x = rng.standard_normal((4, 3))
    model, optimizer = made(mg)
    run(model, optimizer, mg, x, 5)
    other, other_optimizer = made(mg, weights_of(model))
    other_optimizer.load_state_dict(optimizer.state_dict())
    for m, o in ((model, optimizer), (other, other_optimizer)):
        run(m, o, mg, x, 5)
    assert model.weight.tolist() == other.weight.tolist()


def test_loaded_state_shares_no_memory() -> None:
    model, optimizer = made(mg)
    run(model, optimizer, mg, np.ones((1, 3)), 1)
    state = optimizer.state_dict()
    other = made(mg)[1]
    other.load_state_dict(state)
    mine, theirs = (next(iter(o.state.values()))["momentum_buffer"].array for o in (optimizer, other))
    assert mine.tolist() == theirs.tolist()
    assert not np.shares_memory(mine, theirs)


def test_state_goes_to_pytorch_and_back(torch, rng) -> None:
    x = rng.standard_normal((4, 3))
    model, optimizer = made(mg)
    run(model, optimizer, mg, x, 5)

    theirs, their_optimizer = made(torch, weights_of(model))
    state = optimizer.state_dict()
    state["state"] = {
        i: {name: torch.tensor(value.numpy()) for name, value in entry.items()} for i, entry in state["state"].items()
    }
    their_optimizer.load_state_dict(state)
    run(theirs, their_optimizer, torch, x, 5)

    back, back_optimizer = made(mg, weights_of(theirs))
    back_optimizer.load_state_dict(their_optimizer.state_dict())
    run(back, back_optimizer, mg, x, 5)

    run(model, optimizer, mg, x, 10)
    np.testing.assert_allclose(model.weight.detach().numpy(), back.weight.detach().numpy(), rtol=1e-10)


def test_state_takes_the_dtype_of_its_parameter() -> None:
    p = leaf(mg)
    optimizer = mg.optim.SGD([p], momentum=0.9)
    state = optimizer.state_dict()
    optimizer.load_state_dict({**state, "state": {0: {"momentum_buffer": np.ones(2), "step": 3}}})
    assert optimizer.state[p]["momentum_buffer"].dtype is mg.float32
    assert optimizer.state[p]["step"] == 3


def test_loading_takes_over_the_options() -> None:
    optimizer = mg.optim.SGD([leaf(mg)], lr=0.1)
    optimizer.load_state_dict(mg.optim.SGD([leaf(mg)], lr=0.7).state_dict())
    assert optimizer.param_groups[0]["lr"] == 0.7
