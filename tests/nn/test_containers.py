"""Sequential, ModuleList and ModuleDict: the same calls as in PyTorch, the same modules afterwards."""

from __future__ import annotations

from collections import OrderedDict

import pytest

import micrograd_nb as mg

from .alike import Program, raises_alike


def layers(lib, n: int = 4):
    return [lib.nn.Linear(i + 1, i + 2) for i in range(n)]


def changed(make, change) -> Program:
    """A container after a change, as text."""

    def program(lib) -> str:
        container = make(lib)
        result = change(container, lib)
        return f"{container!r} {list(container._modules)} {result!r}"

    return program


def sequential(lib):
    return lib.nn.Sequential(*layers(lib))


def named(lib):
    return lib.nn.Sequential(OrderedDict(zip("abcd", layers(lib), strict=True)))


def module_list(lib):
    return lib.nn.ModuleList(layers(lib))


def module_dict(lib):
    return lib.nn.ModuleDict(zip("abcd", layers(lib), strict=True))


CHANGES = {
    "len": lambda c, lib: len(c),
    "first": lambda c, lib: c[0],
    "last": lambda c, lib: c[-1],
    "slice": lambda c, lib: c[1:3],
    "steps": lambda c, lib: c[::2],
    "set": lambda c, lib: c.__setitem__(1, lib.nn.ReLU()),
    "set the last": lambda c, lib: c.__setitem__(-1, lib.nn.ReLU()),
    "delete": lambda c, lib: c.__delitem__(1),
    "delete a slice": lambda c, lib: c.__delitem__(slice(1, 3)),
    "append": lambda c, lib: c.append(lib.nn.ReLU()),
    "extend": lambda c, lib: c.extend([lib.nn.ReLU(), lib.nn.Tanh()]),
    "pop": lambda c, lib: c.pop(-2),
    "iterate": lambda c, lib: list(c),
    "add": lambda c, lib: c + c,
}
INSERTIONS = {
    "insert": lambda c, lib: c.insert(1, lib.nn.ReLU()) and None,
    "insert first": lambda c, lib: c.insert(0, lib.nn.ReLU()) and None,
    "insert last": lambda c, lib: c.insert(4, lib.nn.ReLU()) and None,
}
DICT_CHANGES = {
    "len": lambda c, lib: len(c),
    "get": lambda c, lib: c["b"],
    "set": lambda c, lib: c.__setitem__("b", lib.nn.ReLU()),
    "new": lambda c, lib: c.__setitem__("e", lib.nn.ReLU()),
    "delete": lambda c, lib: c.__delitem__("b"),
    "pop": lambda c, lib: c.pop("b"),
    "clear": lambda c, lib: c.clear(),
    "keys": lambda c, lib: list(c),
    "items": lambda c, lib: list(c.items()),
    "values": lambda c, lib: list(c.values()),
    "in": lambda c, lib: ("a" in c, "z" in c),
    "update": lambda c, lib: c.update({"a": lib.nn.ReLU(), "z": lib.nn.Tanh()}),
    "update with a ModuleDict": lambda c, lib: c.update(lib.nn.ModuleDict({"z": lib.nn.Tanh()})),
    "update with pairs": lambda c, lib: c.update([["z", lib.nn.Tanh()], ("b", lib.nn.ReLU())]),
}
SEQUENTIAL_CHANGES = {
    "times": lambda c, lib: c * 2,
    "times from the left": lambda c, lib: 3 * c,
    "times once": lambda c, lib: c * 1,
    "times in place": lambda c, lib: c.__imul__(3),
    "add in place": lambda c, lib: c.__iadd__(lib.nn.Sequential(lib.nn.ReLU(), lib.nn.Tanh())),
    "insert from the end": lambda c, lib: c.insert(-1, lib.nn.ReLU()) and None,
    "set None": lambda c, lib: c.__setitem__(1, None),
}
CASES = {
    **{f"Sequential {name}": changed(sequential, change) for name, change in SEQUENTIAL_CHANGES.items()},
    **{f"Sequential {name}": changed(sequential, change) for name, change in (CHANGES | INSERTIONS).items()},
    **{f"named Sequential {name}": changed(named, change) for name, change in CHANGES.items()},
    **{f"ModuleList {name}": changed(module_list, change) for name, change in (CHANGES | INSERTIONS).items()},
    **{f"ModuleDict {name}": changed(module_dict, change) for name, change in DICT_CHANGES.items()},
}


@pytest.mark.parametrize("program", CASES.values(), ids=CASES)
def test_containers_are_pytorchs(program: Program, torch) -> None:
    assert program(mg) == program(torch)


ERRORS: dict[str, Program] = {
    "index": lambda lib: sequential(lib)[4],
    "negative index": lambda lib: module_list(lib)[-5],
    "index that is no integer": lambda lib: module_list(lib)["0"],
    "no module": lambda lib: lib.nn.Sequential(1),
    "no module in a list": lambda lib: lib.nn.ModuleList([1]),
    "extend with a number": lambda lib: lib.nn.ModuleList().extend(1),
    "update with a number": lambda lib: lib.nn.ModuleDict().update(1),
    "key": lambda lib: module_dict(lib)["z"],
    "delete a key": lambda lib: module_dict(lib).__delitem__("z"),
    "call of a list": lambda lib: module_list(lib)(1),
    "call of a dict": lambda lib: module_dict(lib)(1),
    "add a list": lambda lib: sequential(lib) + [1],
    "add a list in place": lambda lib: sequential(lib).__iadd__([1]),
    "set no module": lambda lib: sequential(lib).__setitem__(0, 1),
    "update with pairs of three": lambda lib: lib.nn.ModuleDict([(1, 2, 3)]),
    "name of a method": lambda lib: lib.nn.ModuleDict({"items": lib.nn.ReLU()}),
    "name with a dot": lambda lib: lib.nn.ModuleDict({"a.b": lib.nn.ReLU()}),
}


@pytest.mark.parametrize("program", ERRORS.values(), ids=ERRORS)
def test_errors_are_pytorchs(program: Program, torch) -> None:
    raises_alike(program, torch)


def test_a_number_of_times_that_cannot_be() -> None:
    with pytest.raises(TypeError, match=r"unsupported operand type\(s\) for \*: .*Sequential.* and <class 'float'>"):
        sequential(mg) * 1.5
    with pytest.raises(ValueError, match="Non-positive multiplication factor 0 for"):
        sequential(mg) * 0
    with pytest.raises(ValueError, match="Non-positive multiplication factor -1 for"):
        sequential(mg).__imul__(-1)


def test_pairs_that_are_none() -> None:
    with pytest.raises(TypeError, match="update sequence element #1 should be Iterable; is int: give pairs"):
        mg.nn.ModuleDict([("a", mg.nn.ReLU()), 1])  # type: ignore[list-item]


def test_repeated_modules_share_their_parameters() -> None:
    model = mg.nn.Sequential(mg.nn.Linear(2, 2)) * 3
    assert model[0] is model[2]
    assert len(list(model.parameters())) == 2
    model *= 2
    assert (len(model), model[5] is model[0]) == (6, True)


def test_extending_a_list_by_itself() -> None:
    layers = module_list(mg)
    layers += layers
    assert len(layers) == 8


def test_sequential_runs_in_order() -> None:
    model = mg.nn.Sequential(mg.nn.Linear(1, 1), mg.nn.ReLU())
    model.load_state_dict({"0.weight": mg.tensor([[-2.0]]), "0.bias": mg.tensor([1.0])})
    assert model(mg.tensor([[1.0], [-1.0]])).tolist() == [[0.0], [3.0]]


def test_an_empty_sequential_returns_its_input() -> None:
    x = mg.ones(2)
    assert mg.nn.Sequential()(x) is x


def test_parts_of_a_changed_container_are_attributes_still() -> None:
    model = sequential(mg)
    last = model[3]
    del model[0]
    assert getattr(model, "2") is last
    assert not hasattr(model, "3")


def test_a_list_of_layers_is_seen_by_parameters() -> None:
    model = mg.nn.Module()
    model.layers = module_list(mg)
    model.table = module_dict(mg)
    assert len(list(model.parameters())) == 16


def test_inserting_beyond_the_end() -> None:
    with pytest.raises(IndexError, match="Index out of range: 9, for 4 modules"):
        sequential(mg).insert(9, mg.nn.ReLU())
