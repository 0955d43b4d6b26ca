"""to_torch and from_torch: weights go to real PyTorch, compute the same there, and come back equal."""

from __future__ import annotations

import sys
from collections import OrderedDict, namedtuple
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.training import from_torch, to_torch

Pair = namedtuple("Pair", "x y")


def mlp(lib) -> Any:
    """Layers, a layer that is shared, a frozen parameter, a buffer of integers, one that is not saved."""
    shared = lib.nn.Linear(6, 6)
    model = lib.nn.Sequential(
        OrderedDict(
            first=lib.nn.Linear(4, 6), a=shared, act=lib.nn.Tanh(), b=shared, last=lib.nn.Linear(6, 3, bias=False)
        )
    )
    model.first.bias.requires_grad_(False)
    model.register_buffer("steps", lib.tensor([3, 4]))
    model.register_buffer("scratch", lib.zeros(1), persistent=False)
    return model


def output(model: Any, lib: Any) -> np.ndarray:
    with lib.no_grad():
        return model(lib.tensor(np.linspace(-1, 1, 8, dtype=np.float32).reshape(2, 4))).numpy()


def equal(a: Any, b: Any) -> bool:
    """Whether two states of ours have the same names, in the same order, and the same numbers."""
    return list(a) == list(b) and all(
        a[name].dtype is b[name].dtype and (a[name].array == b[name].array).all() for name in a
    )


def test_weights_go_to_pytorch_and_come_back_equal(torch: ModuleType) -> None:
    ours, theirs, back = mlp(mg), mlp(torch), mlp(mg)
    assert repr(theirs.load_state_dict(to_torch(ours.state_dict()))) == "<All keys matched successfully>"
    np.testing.assert_allclose(output(theirs, torch), output(ours, mg), rtol=1e-6, atol=1e-7)
    state = from_torch(theirs.state_dict())
    assert equal(state, ours.state_dict())
    assert repr(back.load_state_dict(state)) == "<All keys matched successfully>"
    assert (output(back, mg) == output(ours, mg)).all()


def test_through_files_of_both(torch: ModuleType, tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors.torch")
    ours, theirs, back = mlp(mg), mlp(torch), mlp(mg)
    path = tmp_path / "weights.safetensors"
    mg.save(ours.state_dict(), path)
    safetensors.load_model(theirs, path)
    np.testing.assert_allclose(output(theirs, torch), output(ours, mg), rtol=1e-6, atol=1e-7)
    theirs.steps += 1
    safetensors.save_file({name: tensor.clone() for name, tensor in theirs.state_dict().items()}, path)
    back.load_state_dict(mg.load(path))
    assert (output(back, mg) == output(ours, mg)).all()
    assert back.steps.tolist() == [4, 5]


def test_a_plain_state_is_read_by_safetensors_torch(torch: ModuleType, tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors.torch")
    model, path = mg.nn.Linear(3, 2), tmp_path / "weights.safetensors"
    mg.save(model.state_dict(), path)
    theirs = torch.nn.Linear(3, 2)
    theirs.load_state_dict(safetensors.load_file(path))
    assert theirs.weight.tolist() == model.weight.tolist()


def test_an_optimizer_goes_to_pytorch_and_back(torch: ModuleType) -> None:
    def trained(lib: Any, steps: int, model: Any, optimizer: Any) -> list[Any]:
        for _ in range(steps):
            optimizer.zero_grad()
            (model(lib.ones(2, 4)) ** 2).sum().backward()
            optimizer.step()
        return [p.tolist() for p in model.parameters()]

    def begun(lib: Any) -> tuple[Any, Any]:
        model = lib.nn.Linear(4, 3, dtype=lib.float64)
        return model, lib.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True)

    mg.set_default_dtype(mg.float64)
    torch.set_default_dtype(torch.float64)
    try:
        (model, optimizer), (theirs, their_optimizer), (back, optimizer_back) = begun(mg), begun(torch), begun(mg)
        trained(mg, 5, model, optimizer)
        theirs.load_state_dict(to_torch(model.state_dict()))
        their_optimizer.load_state_dict(to_torch(optimizer.state_dict()))
        expected = trained(mg, 5, model, optimizer)
        np.testing.assert_allclose(trained(torch, 5, theirs, their_optimizer)[0], expected[0], rtol=1e-12)
        back.load_state_dict(from_torch(theirs.state_dict()))
        optimizer_back.load_state_dict(from_torch(their_optimizer.state_dict()))
        np.testing.assert_allclose(
            trained(mg, 5, back, optimizer_back)[0], trained(torch, 5, theirs, their_optimizer)[0], rtol=1e-12
        )
    finally:
        mg.set_default_dtype(mg.float32)
        torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("dtype", [d.name for d in mg.tensors.dtypes.ALL])
@pytest.mark.parametrize("shape", [(), (0, 2), (2, 3)])
def test_every_dtype_and_shape_goes_both_ways(dtype: str, shape: tuple[int, ...], torch: ModuleType) -> None:
    x = mg.ones(shape, dtype=getattr(mg, dtype))
    theirs = to_torch(x)
    assert (str(theirs.dtype), tuple(theirs.shape)) == (f"torch.{dtype}", shape)
    back = from_torch(theirs)
    assert (back.dtype, back.tolist()) == (x.dtype, x.tolist())
    assert from_torch(to_torch(x.dtype)) is x.dtype


def test_tensors_of_any_layout_are_copied(torch: ModuleType) -> None:
    x = mg.from_numpy(np.arange(6.0, dtype=np.float32).reshape(2, 3)[::-1, ::2].T)
    theirs = to_torch(x)
    assert theirs.tolist() == x.tolist()
    theirs += 1
    assert theirs.tolist() != x.tolist()
    back = from_torch(theirs.T)
    theirs += 1
    assert back.tolist() == (theirs.T - 1).tolist()


def test_what_is_tied_stays_tied(torch: ModuleType) -> None:
    state = mlp(mg).state_dict()
    theirs = to_torch(state)
    assert theirs["a.weight"].data_ptr() == theirs["b.weight"].data_ptr()
    back = from_torch(theirs)
    assert back["a.weight"].array is back["b.weight"].array
    assert back["first.weight"].array is not back["a.weight"].array


def test_structures_and_other_values_stay_what_they_are(torch: ModuleType) -> None:
    value = {
        "tuple": (1, [mg.ones(1), None]),
        "ordered": OrderedDict(a=mg.zeros(1)),
        "named": Pair(mg.ones(2), "y"),
        "size": mg.zeros(2, 3).shape,
        "parameter": mg.nn.Parameter(mg.ones(1), requires_grad=False),
        "leaf": mg.ones(1, requires_grad=True),
        "array": np.ones(2),
    }
    theirs = to_torch(value)
    assert isinstance(theirs["tuple"][1][0], torch.Tensor)
    assert isinstance(theirs["named"], Pair)
    assert isinstance(theirs["size"], torch.Size)
    assert isinstance(theirs["parameter"], torch.nn.Parameter)
    assert (theirs["parameter"].requires_grad, theirs["leaf"].requires_grad) == (False, True)
    assert isinstance(theirs["array"], np.ndarray)
    back = from_torch(theirs)
    assert {key: type(item) for key, item in back.items()} == {key: type(item) for key, item in value.items()}
    assert (back["parameter"].requires_grad, back["leaf"].requires_grad) == (False, True)
    assert back["size"] == (2, 3)


def test_versions_come_along(torch: ModuleType) -> None:
    state = mlp(mg).state_dict()
    assert to_torch(state)._metadata == state._metadata
    assert from_torch(mlp(torch).state_dict())._metadata == state._metadata


def test_bfloat16_becomes_float32(torch: ModuleType) -> None:
    x = torch.tensor([1.0, 3.140625, 1e30]).bfloat16()
    back = from_torch({"w": x})["w"]
    assert back.dtype is mg.float32
    assert back.tolist() == x.float().tolist()


def test_complex_numbers_are_refused(torch: ModuleType) -> None:
    with pytest.raises(TypeError, match="complex64"):
        from_torch(torch.ones(1, dtype=torch.complex64))


def test_without_pytorch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    for function in (to_torch, from_torch):
        with pytest.raises(ImportError, match="need PyTorch: pip install torch"):
            function({})
