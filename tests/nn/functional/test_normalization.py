"""Normalization beside PyTorch's, over its arguments."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.nn import functional as F
from tests.autograd.reference import assert_close
from tests.nn.functional.beside import assert_alike

SHAPES = [(5, 4), (3, 4, 5), (2, 4, 3, 5)]
WITH = [(), ("weight",), ("weight", "bias")]


def arrays_for(rng, shape, learned, size) -> list[np.ndarray]:
    return [rng.normal(size=shape) * 2 + 1, *(rng.normal(size=size) for _ in learned)]


def running(m) -> tuple:
    return m.tensor([0.1, -0.2, 0.3, 2.0], dtype=m.float64), m.tensor([1.0, 0.5, 2.0, 3.0], dtype=m.float64)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("learned", WITH, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_batch_norm(shape, learned, training: bool, torch, rng) -> None:
    def program(m, x, *learned):
        return m.nn.functional.batch_norm(x, *running(m), *learned, training=training, eps=1e-3)

    assert_alike(program, arrays_for(rng, shape, learned, 4), torch)


@pytest.mark.parametrize("name", ["batch_norm", "instance_norm"])
@pytest.mark.parametrize("momentum", [0.1, 0.7])
def test_running_statistics_move(name: str, momentum: float, torch, rng) -> None:
    x, moved = rng.normal(size=(3, 4, 5)), []
    for m in (mg, torch):
        mean, variance = running(m)
        option = {"training": True} if name == "batch_norm" else {"use_input_stats": True}
        getattr(m.nn.functional, name)(m.tensor(x), mean, variance, momentum=momentum, **option)
        moved.append((mean, variance))
    for ours, theirs in zip(*moved, strict=True):
        assert_close(ours, theirs)


@pytest.mark.parametrize("learned", WITH, ids=str)
@pytest.mark.parametrize(("shape", "over"), [((5, 4), (4,)), ((2, 3, 4), (4,)), ((2, 3, 4), (3, 4)), ((3, 4), (3, 4))])
def test_layer_norm(shape, over, learned, torch, rng) -> None:
    program = lambda m, x, *learned: m.nn.functional.layer_norm(x, over, *learned, eps=1e-3)  # noqa: E731
    assert_alike(program, arrays_for(rng, shape, learned, over), torch)


@pytest.mark.parametrize("learned", WITH[:2], ids=str)
@pytest.mark.parametrize(("shape", "over"), [((5, 4), (4,)), ((2, 3, 4), (3, 4))])
@pytest.mark.parametrize("eps", [None, 0.1])
def test_rms_norm(shape, over, learned, eps, torch, rng) -> None:
    program = lambda m, x, *learned: m.nn.functional.rms_norm(x, over, *learned, eps=eps)  # noqa: E731
    assert_alike(program, arrays_for(rng, shape, learned, over), torch)


@pytest.mark.parametrize("learned", WITH, ids=str)
@pytest.mark.parametrize("shape", [(5, 4, 2), (2, 4, 3, 5)], ids=str)
@pytest.mark.parametrize("groups", [1, 2, 4])
def test_group_norm(shape, groups: int, learned, torch, rng) -> None:
    program = lambda m, x, *learned: m.nn.functional.group_norm(x, groups, *learned, eps=1e-3)  # noqa: E731
    assert_alike(program, arrays_for(rng, shape, learned, 4), torch)


@pytest.mark.parametrize("learned", WITH, ids=str)
@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("shape", SHAPES[1:], ids=str)
def test_instance_norm(shape, own: bool, learned, torch, rng) -> None:
    def program(m, x, *learned):
        return m.nn.functional.instance_norm(x, *running(m), *learned, use_input_stats=own, eps=1e-3)

    assert_alike(program, arrays_for(rng, shape, learned, 4), torch)


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("shape", SHAPES[1:], ids=str)
def test_local_response_norm(size: int, shape, torch, rng) -> None:
    program = lambda m, x: m.nn.functional.local_response_norm(x, size, alpha=0.5, beta=0.6, k=1.5)  # noqa: E731
    assert_alike(program, [rng.normal(size=shape)], torch)


def test_empty_batches(torch) -> None:
    for program in (
        lambda m, x: m.nn.functional.layer_norm(x, (4,)),
        lambda m, x: m.nn.functional.rms_norm(x, (4,)),
        lambda m, x: m.nn.functional.group_norm(x, 2),
        lambda m, x: m.nn.functional.batch_norm(x, *running(m)),
    ):
        assert_alike(program, [np.zeros((0, 4))], torch, second=False)


def test_float32_stays() -> None:
    x = mg.randn(6, 4)
    for y in (
        F.layer_norm(x, (4,)),
        F.rms_norm(x, (4,)),
        F.group_norm(x, 2),
        F.batch_norm(x, None, None, training=True),
    ):
        assert y.dtype is mg.float32


def test_layer_norm_far_from_zero_keeps_its_digits(torch) -> None:
    """The variance is not the difference of two large numbers."""
    x = np.float32([[10000.0, 10001.0, 10002.0, 10003.0]])
    for name, option in (("layer_norm", ((4,),)), ("group_norm", (1,))):
        ours, theirs = (getattr(m.nn.functional, name)(m.tensor(x), *option) for m in (mg, torch))
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), atol=1e-3)


# fmt: off
MISTAKES = {
    "one value":        (lambda m: m.nn.functional.batch_norm(m.ones(1, 3), None, None, training=True), ValueError, "Expected more than 1 value per channel when training"),
    "no statistics":    (lambda m: m.nn.functional.batch_norm(m.ones(2, 3), None, None),           RuntimeError, "Expected running_mean and running_var to be defined"),
    "weight":           (lambda m: m.nn.functional.batch_norm(m.ones(2, 3), None, None, m.ones(4), training=True), RuntimeError, "weight should contain 3 elements not 4"),
    "layer":            (lambda m: m.nn.functional.layer_norm(m.ones(2, 3), (4,)),                 RuntimeError, r"Given normalized_shape=\[4\], expected input with shape \[\*, 4\]"),
    "layer, no axes":   (lambda m: m.nn.functional.layer_norm(m.ones(2, 3), ()),                   RuntimeError, "Expected normalized_shape to be at least 1-dimensional"),
    "layer, weight":    (lambda m: m.nn.functional.layer_norm(m.ones(2, 3), (3,), m.ones(2)),      RuntimeError, "Expected weight to be of same shape as normalized_shape"),
    "groups":           (lambda m: m.nn.functional.group_norm(m.ones(2, 3), 2),                    RuntimeError, "Expected number of channels in input to be divisible by num_groups"),
    "groups, weight":   (lambda m: m.nn.functional.group_norm(m.ones(2, 4), 2, m.ones(2)),         RuntimeError, "Expected weight to be a vector of size equal to the number of channels"),
    "instance":         (lambda m: m.nn.functional.instance_norm(m.ones(2, 3, 1)),                 ValueError,   "Expected more than 1 spatial element when training"),
    "instance, none":   (lambda m: m.nn.functional.instance_norm(m.ones(2, 3, 2), use_input_stats=False), RuntimeError, "Expected running_mean and running_var to be defined"),
    "local, axes":      (lambda m: m.nn.functional.local_response_norm(m.ones(2, 3), 2),           ValueError,   "Expected 3D or higher dimensionality"),
}
# fmt: on


@pytest.mark.parametrize(("program", "error", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_refused_as_in_pytorch(program, error, message, torch) -> None:
    with pytest.raises(error, match=message):
        program(mg)
    with pytest.raises(error):
        program(torch)
