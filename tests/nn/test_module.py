"""Module: what it registers, what it walks through, what it says of wrong assignments."""

from __future__ import annotations

import copy
import gc
import pickle
import warnings
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
@pytest.mark.parametrize("method", ["named_parameters", "named_buffers"])
def test_options_of_named_tensors_are_pytorchs(method: str, options, torch) -> None:
    ours, theirs = (getattr(net(lib), method)(**options) for lib in (mg, torch))
    assert [name for name, _ in ours] == [name for name, _ in theirs]


@pytest.mark.parametrize("options", [{}, {"prefix": "model"}, {"remove_duplicate": False}, {"memo": set()}], ids=str)
def test_options_of_named_modules_are_pytorchs(options, torch) -> None:
    ours, theirs = (list(net(lib).named_modules(**options)) for lib in (mg, torch))
    assert [(name, type(m).__name__) for name, m in ours] == [(name, type(m).__name__) for name, m in theirs]


def test_named_modules_leaves_out_what_is_in_the_memo() -> None:
    model = net(mg)
    assert [name for name, _ in model.named_modules({model.block})] == ["", "shared"]


def test_all_modules_with_duplicates() -> None:
    model = net(mg)
    assert len(list(model.modules())) == 4
    assert sum(m is model.shared for m in model.modules(remove_duplicate=False)) == 2


def test_a_module_that_is_used_very_often_is_gone_through_once() -> None:
    model = mg.nn.Sequential(mg.nn.Linear(1, 1))
    for _ in range(60):  # as a tree, this has 2 ** 60 leaves
        model = mg.nn.Sequential(model, model)
    assert len(list(model.modules())) == 62
    assert len(list(model.parameters())) == 2
    assert model.train(False).get_submodule(".".join(["1"] * 60)).training is False


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


@pytest.mark.parametrize("persistent", [True, False])
def test_a_buffer_is_registered_by_its_type(persistent: bool, torch) -> None:
    def program(lib) -> tuple[list[str], list[str], list[float]]:
        model = lib.nn.Module()
        model.mean = lib.nn.Buffer(lib.zeros(2), persistent=persistent)
        model.empty = lib.nn.Buffer()
        model.mean = lib.nn.Buffer(lib.ones(2), persistent=not persistent)
        return [name for name, _ in model.named_buffers()], list(model.state_dict()), model.mean.tolist()

    assert program(mg) == program(torch)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copied_buffer_is_a_buffer(copied) -> None:
    buffer = copied(mg.nn.Buffer(mg.ones(2), persistent=False))
    assert type(buffer) is mg.nn.Buffer
    assert (buffer.tolist(), buffer.persistent, buffer.requires_grad) == ([1.0, 1.0], False, False)


def test_a_plain_tensor_is_no_parameter() -> None:
    model = mg.nn.Module()
    model.x = mg.ones(2, requires_grad=True)
    assert list(model.parameters()) == []


def computed_parameter(lib):
    """A parameter that was changed in place, so that it is no leaf any more."""
    p = lib.nn.Parameter(lib.ones(1), requires_grad=False)
    p += lib.ones(1, requires_grad=True)
    return p


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
    "delete an attribute that is not there": lambda lib: delattr(lib.nn.ReLU(), "weight"),
    "buffer with the name of an attribute": lambda lib: setattr(lib.nn.Module(), "training", lib.nn.Buffer()),
    "computed parameter": lambda lib: lib.nn.Module().register_parameter("x", computed_parameter(lib)),
    "no part of that name": lambda lib: net(lib).get_submodule("block.second"),
    "no module": lambda lib: net(lib).get_submodule("block.first.weight"),
    "no parameter of that name": lambda lib: net(lib).get_parameter("block.first.weights"),
    "no parameter": lambda lib: net(lib).get_parameter("steps"),
    "no buffer of that name": lambda lib: net(lib).get_buffer("block.steps"),
    "no buffer": lambda lib: net(lib).get_buffer("scale"),
    "set without a path": lambda lib: net(lib).set_submodule("", lib.nn.ReLU()),
    "set no module": lambda lib: net(lib).set_submodule("block", 1),
    "set where nothing is": lambda lib: net(lib).set_submodule("block.second", lib.nn.ReLU(), strict=True),
    "set at a path that leads nowhere": lambda lib: net(lib).set_submodule("blocks.second", lib.nn.ReLU()),
    "set in the place of a tensor": lambda lib: net(lib).set_submodule("scale", lib.nn.ReLU()),
    "integers": lambda lib: net(lib).to(lib.int64),
    "integers by name": lambda lib: net(lib).to(dtype=lib.int64),
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


def test_what_cannot_be_says_what_can() -> None:
    with pytest.raises(
        AttributeError, match=r"Net has no attribute `blok`. It has shared, block, nothing, scale, shift"
    ):
        net(mg).get_submodule("blok")
    with pytest.raises(RuntimeError, match="no device 'cuda'"):
        net(mg).to("cuda")
    with pytest.raises(RuntimeError, match="no device 'cuda'"):
        net(mg).cuda()
    with pytest.raises(NotImplementedError, match=r"use half\(\)"):
        net(mg).bfloat16()
    with pytest.raises(TypeError, match=r"a Buffer is made of a Tensor, not of list: Buffer\(tensor\(...\)\)"):
        mg.nn.Buffer([1.0])  # type: ignore[arg-type]


@pytest.mark.parametrize("call", [lambda m: m.get_extra_state(), lambda m: m.set_extra_state(1)])
def test_a_module_has_no_extra_state_unless_it_says_so(call) -> None:
    with pytest.raises(RuntimeError, match="has no extra state"):
        call(mg.nn.ReLU())


def test_without_super_a_module_can_be_called_still() -> None:
    class Net(mg.nn.Module):
        def __init__(self) -> None:
            self.n = 2

        def forward(self, x):
            return x * self.n

    assert Net()(3) == 6


def test_an_unknown_argument_is_refused() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'in_place'"):
        mg.nn.ReLU(in_place=True)
    with pytest.raises(TypeError, match="unexpected keyword argument 'biass'"):
        mg.nn.Linear(1, 1, biass=True)


# -- finding a part by its path ----------------------------------------------------------------------------------------


def test_parts_are_found_by_their_paths() -> None:
    model = net(mg)
    assert model.get_submodule("") is model
    assert model.get_submodule("block.first") is model.block.first
    assert model.get_parameter("block.first.weight") is model.block.first.weight
    assert model.get_parameter("scale") is model.scale
    assert model.get_buffer("steps") is model.steps
    for name, parameter in model.named_parameters():
        assert model.get_parameter(name) is parameter


def test_a_part_is_replaced_by_its_path() -> None:
    model, new = net(mg), mg.nn.Tanh()
    model.set_submodule("block.first", new)
    assert model.block.first is new
    model.set_submodule("block.second", new)
    assert model.block.second is new
    model.set_submodule("shared", new, strict=True)
    assert [name for name, _ in model.named_children()] == ["shared", "block"]


# -- its dtype ---------------------------------------------------------------------------------------------------------


def dtypes_of(model) -> list[str]:
    return [str(x.dtype).partition(".")[2] for x in (*model.parameters(), *model.buffers())]


def with_integers(lib):
    model = net(lib)
    model.register_buffer("count", lib.zeros(1, dtype=lib.int64))
    return model


CONVERSIONS: dict[str, Program] = {
    "double": lambda lib: with_integers(lib).double(),
    "half": lambda lib: with_integers(lib).half(),
    "float": lambda lib: with_integers(lib).double().float(),
    "to a dtype": lambda lib: with_integers(lib).to(lib.float64),
    "to a dtype by name": lambda lib: with_integers(lib).to(dtype=lib.float16),
    "to the cpu": lambda lib: with_integers(lib).double().to("cpu"),
    "to the cpu by name": lambda lib: with_integers(lib).double().to(device="cpu"),
    "to the cpu and a dtype": lambda lib: with_integers(lib).to("cpu", lib.float64),
    "to the dtype of a tensor": lambda lib: with_integers(lib).to(lib.zeros(1, dtype=lib.float64)),
    "cpu": lambda lib: with_integers(lib).cpu(),
    "to_empty": lambda lib: with_integers(lib).double().to_empty(device="cpu"),
    "type": lambda lib: net(lib).type(lib.float64),
}


@pytest.mark.parametrize("program", CONVERSIONS.values(), ids=CONVERSIONS)
def test_dtypes_are_pytorchs(program: Program, torch) -> None:
    assert dtypes_of(program(mg)) == dtypes_of(program(torch))


def test_a_converted_parameter_is_the_same_object_with_its_gradient() -> None:
    model = mg.nn.Linear(2, 1)
    weight, before = model.weight, model.weight.tolist()
    model(mg.ones(1, 2)).sum().backward()
    assert model.double() is model
    assert model.weight is weight
    assert weight.tolist() == before
    assert weight.grad.dtype is mg.float64
    assert weight.grad.tolist() == [[1.0, 1.0]]
    optimizer = mg.optim.SGD([weight], lr=1.0)
    optimizer.step()
    assert model.weight.tolist() == [[x - 1 for x in before[0]]]


def test_a_shared_parameter_is_converted_once() -> None:
    model = net(mg).double()
    assert model.shared.weight is model.block.again.weight
    assert model.shared(mg.ones(1, 2).double()).dtype is mg.float64


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


def test_zero_grad_of_a_gradient_with_a_graph(torch) -> None:
    def program(lib) -> tuple[list[float], bool]:
        model = lib.nn.Linear(1, 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # PyTorch's, of a reference cycle
            (model(lib.ones(1, 1)) ** 2).sum().backward(create_graph=True)
        model.zero_grad(set_to_none=False)
        return model.bias.grad.tolist(), model.bias.grad.requires_grad

    assert program(mg) == program(torch)


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


def pickled(model):
    """What a pickle makes of a model."""
    return pickle.loads(pickle.dumps(model))


def pickleable():
    """A model with a shared layer, a buffer and a container, whose classes a pickle can find."""
    shared = mg.nn.Linear(2, 2)
    model = mg.nn.Sequential(shared, mg.nn.ModuleList([shared]), mg.nn.ParameterDict({"scale": mg.ones(1)}))
    model.register_buffer("steps", mg.zeros(1), persistent=False)
    return model.eval()


@pytest.mark.parametrize("copied", [copy.deepcopy, pickled, copy.copy])
def test_a_copy_keeps_what_is_shared_and_what_is_left_out(copied) -> None:
    model = copied(pickleable())
    assert model[0] is model[1][0]
    assert vars(model)["0"] is model[0]
    assert list(model.state_dict()) == list(pickleable().state_dict())
    assert [name for name, _ in model.named_buffers()] == ["steps"]
    assert not model[1].training
    assert repr(model) == repr(pickleable())


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


def test_completion_offers_names_that_python_can_write(torch) -> None:
    def program(lib) -> list[str]:
        model = lib.nn.Sequential(lib.nn.Linear(1, 1), lib.nn.ReLU())
        model.register_buffer("steps", lib.zeros(1))
        model.scale = lib.nn.Parameter(lib.ones(1))
        return [name for name in dir(model) if not name.startswith("_")]

    ours, theirs = program(mg), program(torch)
    assert {"steps", "scale", "training", "append"} <= set(ours)
    assert all(name.isidentifier() for name in ours)
    assert set(ours) - set(theirs) == set()
    assert set(theirs) - set(ours) == {
        "T_destination",
        "call_super_init",
        "compile",
        "dump_patches",
        "ipu",
        "mtia",
        "share_memory",
        "xpu",
    }


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
