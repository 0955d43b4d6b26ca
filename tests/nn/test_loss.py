"""Losses: values and gradients beside PyTorch's, and every argument that is refused."""

from __future__ import annotations

import numpy as np
import pytest

import micrograd_nb as mg

from .alike import error_of


def test_cross_entropy_is_pytorchs(torch, rng) -> None:
    logits, targets = 10 * rng.standard_normal((7, 5)), rng.integers(0, 5, 7)
    results = []
    for lib in (mg, torch):
        inputs = lib.tensor(logits, requires_grad=True)
        loss = lib.nn.CrossEntropyLoss()(inputs, lib.tensor(targets))
        loss.backward()
        assert loss.item() == lib.nn.functional.cross_entropy(inputs, lib.tensor(targets)).item()
        results.append((loss.item(), inputs.grad.numpy()))
    (ours, our_grad), (theirs, their_grad) = results
    assert ours == pytest.approx(theirs, rel=1e-12)
    np.testing.assert_allclose(our_grad, their_grad, atol=1e-12)


@pytest.mark.parametrize(
    "options",
    [
        {"weight": mg.ones(5)},
        {"ignore_index": 0},
        {"reduction": "sum"},
        {"reduction": "none"},
        {"label_smoothing": 0.1},
    ],
    ids=str,
)
def test_cross_entropy_refuses_what_it_does_not_compute(options) -> None:
    with pytest.raises(NotImplementedError, match="log_softmax"):
        mg.nn.CrossEntropyLoss(**options)
    with pytest.raises(NotImplementedError, match="log_softmax"):
        mg.nn.functional.cross_entropy(mg.zeros(2, 5), mg.tensor([0, 1]), **options)


def test_cross_entropys_hint_is_the_loss_of_each_sample(torch, rng) -> None:
    logits, targets = rng.standard_normal((4, 5)), rng.integers(0, 5, 4)
    input, target = mg.tensor(logits), mg.tensor(targets)
    hint = -mg.nn.functional.log_softmax(input, 1)[range(len(target)), target]
    theirs = torch.nn.functional.cross_entropy(torch.tensor(logits), torch.tensor(targets), reduction="none")
    np.testing.assert_allclose(hint.numpy(), theirs.numpy(), rtol=1e-10)


@pytest.mark.parametrize("call", [mg.nn.CrossEntropyLoss, mg.nn.MSELoss])
def test_unknown_arguments_are_refused(call) -> None:
    with pytest.raises(TypeError, match="size_average"):
        call(size_average=True)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("shape", [(3,), (2, 3), (), (0,)])
def test_mse_is_pytorchs(shape: tuple[int, ...], reduction: str, torch, rng) -> None:
    x, y = rng.standard_normal(shape), rng.standard_normal(shape)
    results = []
    for lib in (mg, torch):
        inputs = lib.tensor(x, requires_grad=True)
        loss = lib.nn.MSELoss(reduction=reduction)(inputs, lib.tensor(y))
        loss.sum().backward()
        results.append((loss.detach().numpy(), inputs.grad.numpy()))
    for mine, other in zip(*results, strict=True):
        assert mine.shape == other.shape
        np.testing.assert_allclose(mine, other, rtol=1e-12)


def test_mse_warns_of_a_broadcast_as_pytorch(torch) -> None:
    def warning(lib) -> str:
        with pytest.warns(UserWarning, match="Using a target size") as record:
            assert lib.nn.MSELoss()(lib.zeros(2, 1), lib.ones(2)).item() == 1.0
        return str(record[0].message)

    assert warning(mg) == warning(torch).replace("torch.", "micrograd_nb.")


def test_unknown_reduction_as_in_pytorch(torch) -> None:
    def program(lib):
        return lib.nn.functional.mse_loss(lib.zeros(2), lib.zeros(2), reduction="avg")

    ours, theirs = error_of(program, mg), error_of(program, torch)
    assert type(ours) is type(theirs)
    assert str(ours).startswith(str(theirs))
    with pytest.raises(ValueError, match="none, mean, sum"):
        mg.nn.MSELoss(reduction="avg")
