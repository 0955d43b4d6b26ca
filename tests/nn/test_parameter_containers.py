"""ParameterList and ParameterDict: the same calls as in PyTorch, the same parameters afterwards."""

from __future__ import annotations

from collections import OrderedDict
from types import ModuleType
from typing import Any

import pytest

import micrograd_nb as mg

from .alike import Program, raises_alike


def values(lib) -> list[Any]:
    """A parameter, a tensor, a number that is no tensor, and a tensor of doubles without axes."""
    return [lib.nn.Parameter(lib.ones(2, 3)), lib.zeros(3), "text", lib.zeros((), dtype=lib.float64)]


def a_list(lib):
    return lib.nn.ParameterList(values(lib))


def a_dict(lib):
    return lib.nn.ParameterDict(OrderedDict(zip("dbca", values(lib), strict=True)))


def changed(make, change) -> Program:
    """A container after a change, as text."""

    def program(lib) -> str:
        container = make(lib)
        result = change(container, lib)
        shown = f"{container!r} {list(container.state_dict())} {_shown(result)}"
        return shown.replace("torch.", "").replace("micrograd_nb.", "")

    return program


def _shown(value: Any) -> Any:
    """What has no address in it, and no reference to a library."""
    if hasattr(value, "requires_grad"):
        return type(value).__name__, tuple(value.shape), value.requires_grad
    if hasattr(value, "__next__") or isinstance(value, (list, tuple)):
        return [_shown(x) for x in value]
    return repr(value)


LIST_CHANGES = {
    "nothing": lambda c, lib: None,
    "len": lambda c, lib: len(c),
    "first": lambda c, lib: c[0],
    "last": lambda c, lib: c[-1],
    "slice": lambda c, lib: c[1:3],
    "slice with steps": lambda c, lib: c[::-2],
    "set": lambda c, lib: c.__setitem__(1, lib.ones(5)),
    "set the last": lambda c, lib: c.__setitem__(-1, lib.ones(5)),
    "append": lambda c, lib: c.append(lib.ones(5)),
    "append no tensor": lambda c, lib: c.append(None),
    "extend": lambda c, lib: c.extend(lib.nn.ParameterList([lib.ones(5), 1])),
    "add in place": lambda c, lib: c.__iadd__([lib.ones(5)]),
    "iterate": lambda c, lib: list(c),
}
DICT_CHANGES = {
    "nothing": lambda c, lib: None,
    "len": lambda c, lib: len(c),
    "get": lambda c, lib: c["b"],
    "get()": lambda c, lib: [c.get("b"), c.get("z"), c.get("z", 1)],
    "set": lambda c, lib: c.__setitem__("b", lib.ones(5)),
    "new": lambda c, lib: c.__setitem__("e", lib.ones(5)),
    "delete": lambda c, lib: c.__delitem__("b"),
    "pop": lambda c, lib: c.pop("b"),
    "popitem": lambda c, lib: c.popitem(),
    "clear": lambda c, lib: c.clear(),
    "keys": lambda c, lib: [list(c), list(c.keys()), list(reversed(c))],
    "items": lambda c, lib: list(c.items()),
    "values": lambda c, lib: list(c.values()),
    "in": lambda c, lib: ["a" in c, "z" in c],
    "setdefault": lambda c, lib: [c.setdefault("b", 1), c.setdefault("z", lib.ones(5))],
    "update": lambda c, lib: c.update({"z": lib.ones(5), "e": lib.ones(6), "c": 1}),
    "update with pairs": lambda c, lib: c.update([("z", lib.ones(5)), ["e", lib.ones(6)]]),
    "update with a ParameterDict": lambda c, lib: c.update(lib.nn.ParameterDict({"z": lib.ones(5)})),
    "copy": lambda c, lib: c.copy(),
    "fromkeys": lambda c, lib: c.fromkeys(["x", "y"], 1),
    "or": lambda c, lib: c | lib.nn.ParameterDict({"z": lib.ones(5)}),
    "or from the left": lambda c, lib: c.__ror__(lib.nn.ParameterDict({"z": lib.ones(5)})),
    "or in place": lambda c, lib: c.__ior__({"z": lib.ones(5)}),
}
CASES = {
    **{f"ParameterList {name}": changed(a_list, change) for name, change in LIST_CHANGES.items()},
    **{f"ParameterDict {name}": changed(a_dict, change) for name, change in DICT_CHANGES.items()},
    "short ParameterList": changed(lambda lib: lib.nn.ParameterList([lib.ones(2)]), LIST_CHANGES["nothing"]),
    "empty ParameterList": changed(lambda lib: lib.nn.ParameterList(), LIST_CHANGES["nothing"]),
    "short ParameterDict": changed(lambda lib: lib.nn.ParameterDict({"a": lib.ones(2)}), LIST_CHANGES["nothing"]),
    "empty ParameterDict": changed(lambda lib: lib.nn.ParameterDict(), LIST_CHANGES["nothing"]),
}


@pytest.mark.parametrize("program", CASES.values(), ids=CASES)
def test_containers_are_pytorchs(program: Program, torch: ModuleType) -> None:
    assert program(mg) == program(torch)


ERRORS: dict[str, Program] = {
    "index": lambda lib: a_list(lib)[4],
    "negative index": lambda lib: a_list(lib)[-5],
    "index that is no integer": lambda lib: a_list(lib)["0"],
    "extend with a tensor": lambda lib: a_list(lib).extend(lib.ones(2)),
    "extend with a number": lambda lib: a_list(lib).extend(1),
    "call of a list": lambda lib: a_list(lib)(1),
    "call of a dict": lambda lib: a_dict(lib)(1),
    "key": lambda lib: a_dict(lib)["z"],
    "delete a key": lambda lib: a_dict(lib).__delitem__("z"),
    "popitem of an empty dict": lambda lib: lib.nn.ParameterDict().popitem(),
    "update with pairs of three": lambda lib: lib.nn.ParameterDict([(1, 2, 3)]),
    "name of a method": lambda lib: lib.nn.ParameterDict({"items": lib.ones(1)}),
    "name with a dot": lambda lib: lib.nn.ParameterDict({"a.b": lib.ones(1)}),
}


@pytest.mark.parametrize("program", ERRORS.values(), ids=ERRORS)
def test_errors_are_pytorchs(program: Program, torch: ModuleType) -> None:
    raises_alike(program, torch)


def test_a_key_that_is_refused_is_not_in_the_dict() -> None:
    weights = a_dict(mg)
    with pytest.raises(TypeError, match=r"not a string.*Use str\(1\)"):
        weights[1] = mg.ones(1)  # type: ignore[index]
    with pytest.raises(RuntimeError, match="floating point"):
        weights["z"] = mg.arange(3)
    assert list(weights) == list("dbca")


def test_a_value_that_is_refused_is_not_in_the_list() -> None:
    weights = a_list(mg)
    with pytest.raises(RuntimeError, match="floating point"):
        weights.append(mg.arange(3))
    assert len(weights) == len(list(weights)) == 4


def test_an_optimizer_gets_what_is_in_them() -> None:
    model = mg.nn.Module()
    model.weights, model.named = a_list(mg), a_dict(mg)
    assert [name for name, _ in model.named_parameters()] == [
        *("weights.0", "weights.1", "weights.3"),
        *("named.d", "named.b", "named.a"),
    ]
