"""state_dict and load_state_dict: to PyTorch and back, and what they say when the two do not fit."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import pytest

import micrograd_nb as mg

from .alike import Program, raises_alike


def mlp(lib, hidden: int = 5):
    """Two layers."""
    return lib.nn.Sequential(
        OrderedDict(hidden=lib.nn.Linear(4, hidden), relu=lib.nn.ReLU(), output=lib.nn.Linear(hidden, 3))
    )


def outputs(model, lib, x) -> list[float]:
    return model(lib.tensor(x)).tolist()


def test_to_pytorch_and_back(torch, rng) -> None:
    x = rng.standard_normal((6, 4), np.float32)
    ours, theirs, back = mlp(mg), mlp(torch), mlp(mg)
    theirs.load_state_dict({name: torch.from_numpy(t.numpy()) for name, t in ours.state_dict().items()})
    np.testing.assert_allclose(outputs(ours, mg, x), outputs(theirs, torch, x), rtol=1e-5, atol=1e-6)
    assert repr(back.load_state_dict(theirs.state_dict())) == "<All keys matched successfully>"
    assert outputs(back, mg, x) == outputs(ours, mg, x)


def test_round_trip_copies_numbers() -> None:
    first, second = mlp(mg), mlp(mg)
    second.load_state_dict(first.state_dict())
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        assert a.tolist() == b.tolist()
        assert not np.shares_memory(a.array, b.array)
        assert b.requires_grad


def test_state_shares_memory_and_has_no_history() -> None:
    model = mlp(mg)
    state = model.state_dict()
    assert type(state) is OrderedDict
    assert all(not tensor.requires_grad for tensor in state.values())
    assert np.shares_memory(state["hidden.weight"].array, model.hidden.weight.array)
    assert model.state_dict(keep_vars=True)["hidden.weight"] is model.hidden.weight


def test_prefix(torch) -> None:
    assert list(mlp(mg).state_dict(prefix="net.")) == list(mlp(torch).state_dict(prefix="net."))


def test_loading_casts_to_the_dtype_of_the_module() -> None:
    model = mg.nn.Linear(2, 1)
    model.load_state_dict({"weight": np.array([[1.0, 2.0]]), "bias": mg.tensor([3])})
    assert model.weight.dtype is mg.float32
    assert model(mg.ones(1, 2)).tolist() == [[6.0]]


def change(**changes) -> Program:
    """Loads a state in which some entries are others, or (None) are missing."""

    def program(lib):
        state = dict(mlp(lib).state_dict())
        for name, value in changes.items():
            state.pop(name.replace("__", "."), None)
            if value is not None:
                state[name.replace("__", ".")] = value(lib)
        return mlp(lib).load_state_dict(state)

    return program


ERRORS: dict[str, Program] = {
    "missing": change(hidden__weight=None, output__bias=None),
    "unexpected": change(scale=lambda lib: lib.ones(1), hidden__other=lambda lib: lib.ones(1)),
    "both": change(hidden__weight=None, scale=lambda lib: lib.ones(1)),
    "shape": change(hidden__bias=lambda lib: lib.ones(4)),
    "shapes and names": change(scale=lambda lib: lib.ones(1), output__weight=lambda lib: lib.ones(5, 3)),
    "no mapping": lambda lib: mlp(lib).load_state_dict([("a", 1)]),
    "another size": lambda lib: mlp(lib).load_state_dict(mlp(lib, 7).state_dict()),
}


@pytest.mark.parametrize("program", ERRORS.values(), ids=ERRORS)
def test_errors_are_pytorchs(program: Program, torch) -> None:
    raises_alike(program, torch)


def test_a_value_that_is_no_tensor() -> None:
    with pytest.raises(RuntimeError, match=r'parameter named "hidden\.bias".*<class \'list\'>'):
        change(hidden__bias=lambda lib: [1.0])(mg)


@pytest.mark.parametrize("strict", [True, False])
def test_a_wrong_shape_loads_nothing(strict: bool) -> None:
    model, other = mlp(mg), mlp(mg)
    before = model.hidden.weight.tolist()
    state = {**other.state_dict(), "output.bias": mg.ones(7)}
    with pytest.raises(RuntimeError, match=r"size mismatch for output\.bias"):
        model.load_state_dict(state, strict=strict)
    assert model.hidden.weight.tolist() == before


def test_not_strict_returns_what_did_not_fit(torch) -> None:
    def program(lib):
        state = dict(mlp(lib).state_dict())
        state["extra"] = state.pop("hidden.bias")
        return mlp(lib).load_state_dict(state, strict=False)

    ours, theirs = program(mg), program(torch)
    assert ours.missing_keys == theirs.missing_keys == ["hidden.bias"]
    assert ours.unexpected_keys == theirs.unexpected_keys == ["extra"]
    assert repr(ours).removeprefix("IncompatibleKeys") == repr(theirs).removeprefix("_IncompatibleKeys")


def test_an_optimizer_follows_what_was_loaded() -> None:
    model = mg.nn.Linear(1, 1)
    optimizer = mg.optim.SGD(model.parameters(), lr=1.0)
    model.load_state_dict({"weight": mg.ones(1, 1), "bias": mg.zeros(1)})
    model(mg.ones(1, 1)).sum().backward()
    optimizer.step()
    assert model.weight.tolist() == [[0.0]]
