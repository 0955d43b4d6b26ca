"""Adam and AdamW: the same numbers as PyTorch's over a hundred steps, for every option."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import micrograd_nb as mg
from tests.nn.alike import error_of
from tests.optim.test_sgd import trained

OPTIONS = [
    {"lr": 0.03, "betas": betas, "eps": eps, "weight_decay": decay, "amsgrad": amsgrad, "maximize": up}
    for betas, eps, decay, amsgrad, up in itertools.product(
        [(0.9, 0.999), (0.5, 0.8)], [1e-8, 0.1], [0, 0.1], [False, True], [False, True]
    )
]
both = pytest.mark.parametrize("name", ["Adam", "AdamW"])


class Chosen:
    """A library whose `optim.SGD` is another optimizer, for the program in `test_sgd`."""

    def __init__(self, lib, name: str) -> None:
        self.tensor = lib.tensor
        self.optim = type("optim", (), {"SGD": getattr(lib.optim, name)})


@pytest.fixture
def start(rng) -> list[np.ndarray]:
    return [rng.standard_normal((3, 2)), rng.standard_normal(4)]


@both
@pytest.mark.parametrize("options", [{}, *OPTIONS], ids=lambda o: " ".join(f"{k}={v}" for k, v in o.items() if v))
def test_a_hundred_steps_are_pytorchs(name: str, options, start, torch) -> None:
    for mine, other in zip(*(trained(Chosen(lib, name), start, options) for lib in (mg, torch)), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-9, atol=1e-9)


@both
def test_every_option_matters(name: str, start) -> None:
    ends = [trained(Chosen(mg, name), start, options)[0].tobytes() for options in OPTIONS]
    assert len(set(ends)) == len(ends)


@both
def test_options_that_change_between_steps(name: str, start, torch) -> None:
    def change(step, optimizer, lib) -> None:
        group = optimizer.param_groups[0]
        group["lr"] *= 0.97
        group["betas"] = (0.5, 0.9) if step < 50 else (0.9, 0.99)
        group["weight_decay"] = 0.01 * (step % 4)

    ends = (trained(Chosen(lib, name), start, {"lr": 0.1}, change) for lib in (mg, torch))
    for mine, other in zip(*ends, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-9, atol=1e-9)


@both
def test_defaults_are_pytorchs(name: str, torch) -> None:
    ours, theirs = (getattr(lib.optim, name)([lib.ones(1, requires_grad=True)]) for lib in (mg, torch))
    assert ours.defaults == theirs.defaults
    assert repr(ours) == repr(theirs)


@pytest.mark.parametrize("amsgrad", [False, True])
def test_state_goes_on_in_a_new_optimizer_also_from_pytorch(amsgrad: bool, torch, rng) -> None:
    grads = rng.normal(size=(6, 3))

    def run(lib, optimizer, p, grads) -> None:
        for g in grads:
            p.grad = lib.tensor(g)
            optimizer.step()

    p, q = (lib.zeros(3, dtype=lib.float64, requires_grad=True) for lib in (mg, torch))
    whole, first = (lib.optim.Adam([x], lr=0.1, amsgrad=amsgrad) for lib, x in ((mg, p), (torch, q)))
    run(mg, whole, p, grads)
    run(torch, first, q, grads[:3])
    r = mg.tensor(q.detach().numpy(), requires_grad=True)
    second = mg.optim.Adam([r])
    second.load_state_dict(first.state_dict())
    run(mg, second, r, grads[3:])
    np.testing.assert_allclose(r.detach().numpy(), p.detach().numpy(), rtol=1e-12)
    assert set(second.state[r]) == set(first.state[q])
    assert second.state[r]["step"].item() == 6


def test_in_place_and_in_its_dtype() -> None:
    p = mg.ones(3, requires_grad=True)
    array = p.array
    optimizer = mg.optim.Adam([p], weight_decay=0.1, amsgrad=True)
    for _ in range(2):
        optimizer.zero_grad()
        p.sum().backward()
        grad = p.grad.tolist()
        optimizer.step()
        assert p.grad.tolist() == grad
    assert p.array is array
    assert {x.dtype for x in (p, *optimizer.state[p].values())} == {mg.float32}


# fmt: off
MISTAKES = {
    "lr":             lambda lib, name: getattr(lib.optim, name)([lib.ones(1, requires_grad=True)], lr=-1.0),
    "eps":            lambda lib, name: getattr(lib.optim, name)([lib.ones(1, requires_grad=True)], eps=-1.0),
    "first beta":     lambda lib, name: getattr(lib.optim, name)([lib.ones(1, requires_grad=True)], betas=(1.0, 0.5)),
    "second beta":    lambda lib, name: getattr(lib.optim, name)([lib.ones(1, requires_grad=True)], betas=(0.5, -0.1)),
    "weight_decay":   lambda lib, name: getattr(lib.optim, name)([lib.ones(1, requires_grad=True)], weight_decay=-1.0),
    "lr with elements": lambda lib, name: getattr(lib.optim, name)([lib.ones(1, requires_grad=True)], lr=lib.ones(2)),
}
# fmt: on


@both
@pytest.mark.parametrize("program", MISTAKES.values(), ids=MISTAKES)
def test_errors_are_pytorchs(program, name: str, torch) -> None:
    ours, theirs = (error_of(lambda lib: program(lib, name), lib) for lib in (mg, torch))
    assert type(ours) is type(theirs)
    assert str(ours).startswith(str(theirs))


def test_implementations_of_pytorch_are_refused() -> None:
    with pytest.raises(NotImplementedError, match="Here there is one, NumPy in place: leave them out"):
        mg.optim.Adam([mg.ones(1, requires_grad=True)], fused=True)
