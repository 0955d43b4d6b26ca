"""Module: what it registers, what it walks through, what it says of wrong assignments."""

from __future__ import annotations

import copy
import gc
import weakref

import pytest

import micrograd_nb as mg

from .alike import Program, raises_alike


def net(lib):
    """A model with a part in a part, a frozen buffer, a shared layer and a layer that is not there."""

    class Block(lib.nn.Module):
        def __init__(self, shared) -> None:
            super().__init__()
            self.first = lib.nn.Linear(2, 3)
            self.again = shared
            self.missing = None

    class Net(lib.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = lib.nn.Parameter(lib.ones(1))
            self.register_parameter("shift", None)
            self.register_buffer("steps", lib.zeros(1))
            self.register_buffer("scratch", lib.zeros(1), persistent=False)
            self.shared = lib.nn.Linear(2, 2, bias=False)
            self.block = Block(self.shared)
            self.register_module("nothing", None)

    return Net()


# -- registering -------------------------------------------------------------------------------------------------------


def test_names_are_pytorchs(torch) -> None:
    ours, theirs = net(mg), net(torch)
    for method in ("named_parameters", "named_buffers", "named_modules", "named_children"):
        assert [name for name, _ in getattr(ours, method)()] == [name for name, _ in getattr(theirs, method)()]
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert [type(m).__name__ for m in ours.modules()] == [type(m).__name__ for m in theirs.modules()]


@pytest.mark.parametrize(
    "options", [{"prefix": "model"}, {"recurse": False}, {"remove_duplicate": False}, {"prefix": "m", "recurse": False}]
)
def test_options_of_named_parameters_are_pytorchs(options, torch) -> None:
    ours, theirs = net(mg).named_parameters(**options), net(torch).named_parameters(**options)
    assert [name for name, _ in ours] == [name for name, _ in theirs]


def test_a_shared_parameter_comes_once() -> None:
    model = net(mg)
    assert len(list(model.parameters())) == 4
    assert sum(p is model.shared.weight for p in model.parameters()) == 1
    assert len(list(model.modules())) == 4


def test_what_is_registered_is_an_attribute() -> None:
    model = net(mg)
    assert model.shift is None
    assert model.nothing is None
    assert model.steps is next(model.buffers())
    assert model.block.first is model._modules["block"]._modules["first"]


def test_assignment_replaces_in_place() -> None:
    model = mg.nn.Linear(2, 3)
    model.weight = mg.nn.Parameter(mg.zeros(3, 2))
    assert [name for name, _ in model.named_parameters()] == ["weight", "bias"]
    model.bias = None
    assert [name for name, _ in model.named_parameters()] == ["weight"]
    model.bias = mg.nn.Parameter(mg.ones(3))
    assert model(mg.zeros(1, 2)).tolist() == [[1.0, 1.0, 1.0]]


def test_a_name_changes_its_kind() -> None:
    model = mg.nn.Module()
    model.x = 1
    model.x = mg.nn.Parameter(mg.ones(1))
    assert [name for name, _ in model.named_parameters()] == ["x"]
    model.x = mg.nn.ReLU()
    assert list(model.parameters()) == []
    assert [name for name, _ in model.named_children()] == ["x"]
    del model.x
    assert not hasattr(model, "x")
    assert list(model.children()) == []


def test_a_buffer_takes_another_tensor_and_stays_out_of_the_state() -> None:
    model = mg.nn.Module()
    model.register_buffer("mean", mg.zeros(2), persistent=False)
    model.mean = mg.ones(2)
    assert dict(model.named_buffers())["mean"].tolist() == [1.0, 1.0]
    assert list(model.state_dict()) == []


def test_a_plain_tensor_is_no_parameter() -> None:
    model = mg.nn.Module()
    model.x = mg.ones(2, requires_grad=True)
    assert list(model.parameters()) == []


def without_super(lib, value):
    class Net(lib.nn.Module):
        def __init__(self) -> None:
            self.x = value(lib)

    return Net()


def assign(value, name="x", module=lambda lib: lib.nn.Module()) -> Program:
    return lambda lib: setattr(module(lib), name, value(lib))


ERRORS: dict[str, Program] = {
    "parameter before super().__init__()": lambda lib: without_super(lib, lambda lib: lib.nn.Parameter(lib.ones(1))),
    "module before super().__init__()": lambda lib: without_super(lib, lambda lib: lib.nn.ReLU()),
    "tensor as parameter": assign(lambda lib: lib.ones(1), "bias", lambda lib: lib.nn.Linear(1, 1)),
    "number as parameter": assign(lambda lib: 1, "bias", lambda lib: lib.nn.Linear(1, 1)),
    "number as module": assign(lambda lib: 1, "0", lambda lib: lib.nn.Sequential(lib.nn.ReLU())),
    "number as buffer": assign(lambda lib: 1, "steps", net),
    "tensor registered as parameter": lambda lib: lib.nn.Module().register_parameter("x", lib.ones(1)),
    "number registered as buffer": lambda lib: lib.nn.Module().register_buffer("x", 1),
    "tensor registered as module": lambda lib: lib.nn.Module().add_module("x", 1),
    "parameter name with a dot": lambda lib: lib.nn.Module().register_parameter("a.b", None),
    "buffer name with a dot": lambda lib: lib.nn.Module().register_buffer("a.b", None),
    "module name with a dot": lambda lib: lib.nn.Module().register_module("a.b", None),
    "empty parameter name": lambda lib: lib.nn.Module().register_parameter("", None),
    "empty module name": lambda lib: lib.nn.Module().register_module("", None),
    "name that is no string": lambda lib: lib.nn.Module().register_buffer(1, None),
    "parameter with the name of a method": lambda lib: lib.nn.Module().register_parameter("forward", None),
    "module with the name of an attribute": lambda lib: lib.nn.Module().register_module("training", None),
    "no forward": lambda lib: lib.nn.Module()(1),
    "mode that is no bool": lambda lib: lib.nn.Module().train(1),
    "attribute that is not there": lambda lib: lib.nn.ReLU().weight,
}


@pytest.mark.parametrize("program", ERRORS.values(), ids=ERRORS)
def test_errors_are_pytorchs(program: Program, torch) -> None:
    raises_alike(program, torch)


def test_errors_say_what_to_do() -> None:
    with pytest.raises(AttributeError, match=r"begin Net\.__init__ with super\(\)\.__init__\(\)"):
        without_super(mg, lambda lib: lib.nn.ReLU())
    with pytest.raises(TypeError, match=r"nn\.Parameter\(tensor\)"):
        mg.nn.Linear(1, 1).weight = mg.ones(1)
    with pytest.raises(TypeError, match=r"It is the class; make a module of it: ReLU\(\.\.\.\)"):
        mg.nn.Sequential(mg.nn.ReLU)


def test_an_unknown_argument_is_refused() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'in_place'"):
        mg.nn.ReLU(in_place=True)
    with pytest.raises(TypeError, match="unexpected keyword argument 'biass'"):
        mg.nn.Linear(1, 1, biass=True)


# -- doing something to all of it --------------------------------------------------------------------------------------


def test_train_and_eval_reach_every_part() -> None:
    model = net(mg)
    assert model.eval() is model
    assert not any(module.training for module in model.modules())
    model.train()
    assert all(module.training for module in model.modules())


def test_apply_goes_from_the_parts_to_the_whole(torch) -> None:
    def names(lib) -> list[str]:
        found: list[str] = []
        model = net(lib)
        assert model.apply(lambda module: found.append(type(module).__name__)) is model
        return found

    assert names(mg) == names(torch)


def test_zero_grad_forgets_or_zeroes() -> None:
    model = mg.nn.Linear(2, 1)
    model(mg.ones(1, 2)).sum().backward()
    model.zero_grad(set_to_none=False)
    assert model.weight.grad.tolist() == [[0.0, 0.0]]
    model.zero_grad()
    assert model.weight.grad is None


def test_requires_grad_freezes() -> None:
    model = net(mg)
    assert model.requires_grad_(False) is model
    assert not any(p.requires_grad for p in model.parameters())


def test_forward_gets_the_arguments() -> None:
    class Net(mg.nn.Module):
        def forward(self, a, *, b):
            return a, b

    assert Net()(1, b=2) == (1, 2)


def test_a_copy_learns_on_its_own() -> None:
    model = mg.nn.Sequential(mg.nn.Linear(2, 2), mg.nn.ReLU(), mg.nn.Linear(2, 1))
    other = copy.deepcopy(model)
    assert [name for name, _ in other.named_parameters()] == [name for name, _ in model.named_parameters()]
    assert other[0].weight is next(other.parameters())
    other(mg.ones(1, 2)).sum().backward()
    assert other[2].bias.grad is not None
    assert all(p.grad is None for p in model.parameters())


def test_a_deep_copy_keeps_what_is_shared() -> None:
    model = copy.deepcopy(net(mg))
    assert model.shared is model.block.again


def test_a_module_is_freed_without_the_garbage_collector() -> None:
    gc.disable()
    try:
        model = net(mg)
        gone = weakref.ref(model.block.first.weight)
        del model
        assert gone() is None
    finally:
        gc.enable()


# -- its picture -------------------------------------------------------------------------------------------------------

PICTURES: dict[str, Program] = {
    "empty": lambda lib: lib.nn.Module(),
    "nested": net,
    "sequential": lambda lib: lib.nn.Sequential(lib.nn.Linear(2, 3), lib.nn.ReLU(), lib.nn.Sequential(lib.nn.Tanh())),
    "no modules": lambda lib: lib.nn.Sequential(),
    "list": lambda lib: lib.nn.ModuleList([lib.nn.Linear(2, 2), lib.nn.Linear(2, 2), lib.nn.ReLU()]),
    "list of blocks": lambda lib: lib.nn.ModuleList(lib.nn.Sequential(lib.nn.Linear(2, 2)) for _ in range(3)),
    "empty list": lambda lib: lib.nn.ModuleList(),
    "dict": lambda lib: lib.nn.ModuleDict({"a": lib.nn.Sigmoid(), "b": lib.nn.Softmax(dim=-1)}),
    "layers": lambda lib: lib.nn.Sequential(
        lib.nn.Flatten(), lib.nn.Linear(2, 3, bias=False), lib.nn.LogSoftmax(dim=1), lib.nn.Identity(7, x=8)
    ),
    "losses": lambda lib: lib.nn.Sequential(lib.nn.CrossEntropyLoss(), lib.nn.MSELoss(reduction="sum")),
}


@pytest.mark.parametrize("program", PICTURES.values(), ids=PICTURES)
def test_repr_is_pytorchs(program: Program, torch) -> None:
    assert repr(program(mg)) == repr(program(torch))


def test_extra_repr_of_several_lines(torch) -> None:
    def picture(lib) -> str:
        class Net(lib.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.layer = lib.nn.ReLU()

            def extra_repr(self) -> str:
                return "a=1\nb=2"

        return repr(lib.nn.Sequential(Net()))

    assert picture(mg) == picture(torch)
