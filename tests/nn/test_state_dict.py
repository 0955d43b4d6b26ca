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


def test_a_tensor_with_a_history_is_loaded(torch) -> None:
    theirs = torch.nn.Linear(2, 1)
    ours = mg.nn.Linear(2, 1)
    ours.load_state_dict(dict(theirs.named_parameters()))
    ours.load_state_dict({"weight": ours.weight * 2, "bias": ours.bias})
    assert ours.weight.tolist() == [[2 * x for x in theirs.weight.tolist()[0]]]
    assert ours.weight.is_leaf


def test_numbers_that_cannot_be_copied_are_named(torch) -> None:
    with pytest.raises(RuntimeError, match=r'While copying the parameter named "bias".*\(1,\).*an exception occurred'):
        mg.nn.Linear(2, 1).load_state_dict({"weight": np.zeros((1, 2)), "bias": np.array(["x"])})


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


def test_an_error_at_the_end_of_loading_loads_nothing() -> None:
    model, other = mlp(mg), mlp(mg)
    model.register_load_state_dict_post_hook(lambda module, keys: 1 / 0)
    before = {name: tensor.tolist() for name, tensor in model.state_dict().items()}
    for assign in (False, True):
        weight = model.hidden.weight
        with pytest.raises(ZeroDivisionError):
            model.load_state_dict(other.state_dict(), assign=assign)
        assert {name: tensor.tolist() for name, tensor in model.state_dict().items()} == before
        assert model.hidden.weight is weight
        assert model.hidden._parameters["weight"] is weight


def test_loading_notices_that_a_graph_has_saved_the_numbers() -> None:
    model = mg.nn.Linear(2, 2)
    y = model(mg.ones(1, 2, requires_grad=True)).sum()
    model.load_state_dict(mg.nn.Linear(2, 2).state_dict())
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward()


def test_assign_takes_the_given_tensors(torch) -> None:
    def program(lib) -> list[object]:
        model = mlp(lib)
        model.hidden.weight.requires_grad_(False)
        model.register_buffer("steps", lib.zeros(1))
        state = {name: tensor.double() for name, tensor in mlp(lib).state_dict().items()}
        state["steps"] = lib.ones(1)
        state["output.bias"] = given = lib.nn.Parameter(lib.zeros(3), requires_grad=False)
        model.load_state_dict(state, assign=True)
        return [
            str(model.hidden.weight.dtype).partition(".")[2],
            model.hidden.weight.requires_grad,
            type(model.hidden.weight).__name__,
            model.output.bias is given,
            given.requires_grad,
            model.steps is state["steps"],
        ]

    ours = program(mg)
    assert ours == program(torch) == ["float64", False, "Parameter", True, True, True]


def extra(lib, version=1):
    """A module with a state that is no tensor, in a model."""

    class Counts(lib.nn.Module):
        _version = version

        def __init__(self) -> None:
            super().__init__()
            self.count = 0

        def get_extra_state(self):
            return {"count": self.count}

        def set_extra_state(self, state) -> None:
            self.count = state["count"]

    return lib.nn.Sequential(OrderedDict(counts=Counts(), layer=lib.nn.Linear(1, 1)))


def test_extra_state(torch) -> None:
    def program(lib) -> list[object]:
        first, second = extra(lib), extra(lib)
        first.counts.count = 3
        second.load_state_dict(first.state_dict())
        without = dict(first.state_dict())
        del without["counts._extra_state"]
        return [list(first.state_dict()), second.counts.count, extra(lib).load_state_dict(without, strict=False)[0]]

    assert program(mg) == program(torch)


def test_versions_are_kept_in_the_metadata(torch) -> None:
    def program(lib) -> dict[str, object]:
        return dict(extra(lib, version=7).state_dict()._metadata)

    assert program(mg) == program(torch)


def hooked(lib) -> list[object]:
    """Saves and loads a model with every hook, one of which renames, and one of which forgives."""
    seen: list[object] = []
    model, other = mlp(lib), mlp(lib)
    model.hidden.register_state_dict_pre_hook(lambda module, prefix, keep: seen.append(("save", prefix, keep)))

    def rename(module, state, prefix, metadata) -> None:
        seen.append(("saved", prefix, dict(metadata)))
        state["old.weight"] = state.pop("hidden.weight")

    def rename_back(module, state, prefix, metadata, strict, missing, unexpected, errors) -> None:
        seen.append(("load", prefix, dict(metadata), strict, list(missing), list(unexpected), list(errors)))
        state["hidden.weight"] = state.pop("old.weight")

    def forgive(module, keys) -> None:
        seen.append(("loaded", list(keys.missing_keys), list(keys.unexpected_keys)))
        keys.missing_keys.clear()

    model.hidden.register_state_dict_post_hook(rename)
    other.register_load_state_dict_pre_hook(rename_back)
    other.output.register_load_state_dict_post_hook(forgive)
    state = model.state_dict()
    names = list(state)
    del state["output.bias"]
    other.load_state_dict(state)
    assert "old.weight" in state  # the hooks got a copy
    return [*seen, names, other.hidden.weight.tolist() == model.hidden.weight.tolist()]


def test_hooks_are_pytorchs(torch) -> None:
    assert hooked(mg) == hooked(torch)


def own_way(lib):
    """A module that saves and loads in its own way: one number in the place of its weight."""

    class Own(lib.nn.Module):
        _version = 2

        def __init__(self) -> None:
            super().__init__()
            self.weight = lib.nn.Parameter(lib.ones(3))

        def _save_to_state_dict(self, destination, prefix, keep_vars) -> None:
            destination[prefix + "sum"] = self.weight.detach().sum()

        def _load_from_state_dict(self, state_dict, prefix, local_metadata, strict, missing, unexpected, errors):
            assert local_metadata["version"] == 2
            total = state_dict.pop(prefix + "sum")
            state_dict[prefix + "weight"] = lib.ones(3) * total / 3
            super()._load_from_state_dict(state_dict, prefix, local_metadata, strict, missing, unexpected, errors)

    return lib.nn.Sequential(Own())


def test_a_class_may_save_and_load_in_its_own_way(torch) -> None:
    def program(lib) -> tuple[list[str], list[float]]:
        first, second = own_way(lib), own_way(lib)
        with lib.no_grad():
            first[0].weight.fill_(5.0)
        second.load_state_dict(first.state_dict())
        return list(first.state_dict()), second[0].weight.tolist()

    assert program(mg) == program(torch)


def test_a_state_goes_into_a_given_dict(torch) -> None:
    def program(lib) -> list[str]:
        destination = {"before": 1}
        assert mlp(lib).state_dict(destination=destination, prefix="net.") is destination
        return list(destination)

    assert program(mg) == program(torch)


def test_a_post_hook_that_returns_something() -> None:
    model = mlp(mg)
    model.register_state_dict_post_hook(lambda *given: {})
    with pytest.raises(RuntimeError, match="state_dict post-hook must return None"):
        model.state_dict()
    model = mlp(mg)
    model.register_load_state_dict_post_hook(lambda *given: 1)
    with pytest.raises(AssertionError, match="not expected to return new values"):
        model.load_state_dict(mlp(mg).state_dict())


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
