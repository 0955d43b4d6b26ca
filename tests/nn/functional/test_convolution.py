"""Convolution beside PyTorch's, over its arguments."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

import itertools

import numpy as np
import pytest

import micrograd_nb as mg
from micrograd_nb.autograd.rules import convolution, winograd
from micrograd_nb.autograd.rules.windows import Window
from micrograd_nb.nn import functional as F
from tests.nn.functional.beside import assert_alike

ARGUMENTS = [
    {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    for stride, padding, dilation, groups in itertools.product([1, (2, 3)], [0, (2, 1)], [1, (1, 2)], [1, 2])
]


def arguments(case: dict) -> str:
    return " ".join(f"{k}={v}" for k, v in case.items())


@pytest.mark.parametrize("channels", [2, 6])
@pytest.mark.parametrize("case", ARGUMENTS, ids=arguments)
def test_conv2d(case: dict, channels: int, torch, rng) -> None:
    arrays = [rng.normal(size=s) for s in ((2, channels, 7, 8), (4, channels // case["groups"], 3, 2), (4,))]
    assert_alike(lambda m, *xs: m.nn.functional.conv2d(*xs, **case), arrays, torch)


@pytest.mark.parametrize("case", ARGUMENTS, ids=arguments)
def test_conv_transpose2d(case: dict, torch, rng) -> None:
    more = (1, 0) if case["stride"] != 1 else 0
    arrays = [rng.normal(size=s) for s in ((2, 4, 4, 3), (4, 3, 3, 2), (3 * case["groups"],))]
    assert_alike(lambda m, *xs: m.nn.functional.conv_transpose2d(*xs, output_padding=more, **case), arrays, torch)


@pytest.mark.parametrize("name", ["conv1d", "conv_transpose1d"])
@pytest.mark.parametrize(
    "case",
    [{}, {"stride": 2}, {"padding": 1}, {"dilation": 2}, {"groups": 2}, {"stride": 3, "padding": 2, "dilation": (2,)}],
    ids=arguments,
)
def test_signals(name: str, case: dict, torch, rng) -> None:
    groups = case.get("groups", 1)
    weight = (4, 4 // groups, 3)
    arrays = [rng.normal(size=s) for s in ((2, 4, 9), weight, (weight[1] * groups if "transpose" in name else 4,))]
    assert_alike(lambda m, *xs: getattr(m.nn.functional, name)(*xs, **case), arrays, torch)


@pytest.mark.parametrize(
    ("name", "shape", "weight"),
    [
        ("conv1d", (3, 7), (4, 3, 2)),
        ("conv2d", (3, 7, 6), (4, 3, 2, 3)),
        ("conv_transpose1d", (3, 7), (3, 4, 2)),
        ("conv_transpose2d", (3, 5, 4), (3, 4, 2, 3)),
        ("conv2d", (0, 3, 5, 4), (4, 3, 2, 3)),
        ("conv2d", (2, 3, 5, 4), (4, 3, 1, 1)),
        ("conv_transpose2d", (0, 3, 5, 4), (3, 4, 2, 3)),
    ],
)
def test_without_a_batch_without_a_bias(name: str, shape, weight, torch, rng) -> None:
    arrays = [rng.normal(size=s) for s in (shape, weight)]
    assert_alike(lambda m, *xs: getattr(m.nn.functional, name)(*xs), arrays, torch)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")  # PyTorch's
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("size", [(3, 3), (2, 5), (4, 1)])
@pytest.mark.parametrize("dilation", [1, 2])
def test_padding_by_name(padding: str, size, dilation: int, torch, rng) -> None:
    arrays = [rng.normal(size=s) for s in ((2, 3, 9, 10), (4, 3, *size))]
    assert_alike(lambda m, *xs: m.nn.functional.conv2d(*xs, padding=padding, dilation=dilation), arrays, torch)


@pytest.mark.parametrize("padding", [0, 1, 2, (1, 0)])
@pytest.mark.parametrize("bias", [False, True])
def test_many_channels_by_winograds_tiles(padding, bias: bool, torch, rng) -> None:
    plane = (8 - 2 * padding + 2, 4 - 2 * padding + 2) if isinstance(padding, int) else (8, 6)
    arrays = [rng.normal(size=s) for s in ((2, 16, *plane), (17, 16, 3, 3), (17,))]
    result = F.conv2d(mg.tensor(arrays[0]), mg.tensor(arrays[1], requires_grad=True), padding=padding)
    assert result.grad_fn.operation is winograd.conv
    assert_alike(lambda m, *xs: m.nn.functional.conv2d(*xs, padding=padding), arrays[: 2 + bias], torch)


def test_winograds_tiles_in_float32_err_little_more_than_sums(rng) -> None:
    x, w = rng.normal(size=(4, 32, 16, 16)), rng.normal(size=(32, 32, 3, 3)) / (32 * 9) ** 0.5
    window = Window((3, 3), padding=(1, 1))
    exact = convolution.conv(x, w, window=window, groups=1)
    by_tiles = winograd.conv(x.astype("f4"), w.astype("f4"), window=window)
    by_sums = convolution.conv(x.astype("f4"), w.astype("f4"), window=window, groups=1)
    assert by_tiles.dtype == np.float32
    assert abs(by_tiles - exact).max() < 4 * abs(by_sums - exact).max() < 2e-5


def test_float32_stays_and_the_result_has_its_channels_last_in_memory() -> None:
    y = F.conv2d(mg.randn(2, 3, 8, 8), mg.randn(5, 3, 3, 3))
    assert y.dtype is mg.float32
    assert y.array.transpose(0, 2, 3, 1).flags.c_contiguous


def test_gradient_of_a_weight_is_contiguous() -> None:
    """An optimizer goes through a weight, its gradient and its state in the order of memory."""
    weight = mg.randn(5, 3, 3, 3, requires_grad=True)
    F.conv2d(mg.randn(2, 3, 8, 8), weight).sum().backward()
    assert weight.grad.array.flags.c_contiguous


# fmt: off
MISTAKES = {
    "channels":         lambda m: m.nn.functional.conv2d(m.ones(2, 4, 6, 6), m.ones(2, 3, 3, 3)),
    "channels, groups": lambda m: m.nn.functional.conv2d(m.ones(2, 4, 6, 6), m.ones(2, 4, 3, 3), groups=2),
    "size":             lambda m: m.nn.functional.conv2d(m.ones(2, 4, 6, 6), m.ones(2, 4, 9, 3)),
    "axes":             lambda m: m.nn.functional.conv2d(m.ones(6, 6), m.ones(2, 4, 3, 3)),
    "bias":             lambda m: m.nn.functional.conv2d(m.ones(2, 4, 6, 6), m.ones(2, 4, 3, 3), m.ones(3)),
    "groups":           lambda m: m.nn.functional.conv2d(m.ones(2, 4, 6, 6), m.ones(2, 4, 3, 3), groups=3),
    "groups, outputs":  lambda m: m.nn.functional.conv2d(m.ones(2, 4, 6, 6), m.ones(3, 2, 3, 3), groups=2),
    "no groups":        lambda m: m.nn.functional.conv2d(m.ones(2, 4, 6, 6), m.ones(3, 2, 3, 3), groups=0),
    "stride 0":         lambda m: m.nn.functional.conv2d(m.ones(2, 4, 6, 6), m.ones(2, 4, 3, 3), stride=0),
    "dilation 0":       lambda m: m.nn.functional.conv2d(m.ones(2, 4, 6, 6), m.ones(2, 4, 3, 3), dilation=0),
    "padding -1":       lambda m: m.nn.functional.conv2d(m.ones(2, 4, 6, 6), m.ones(2, 4, 3, 3), padding=-1),
    "padding, word":    lambda m: m.nn.functional.conv2d(m.ones(2, 4, 6, 6), m.ones(2, 4, 3, 3), padding="full"),
    "same, stride":     lambda m: m.nn.functional.conv2d(m.ones(2, 4, 6, 6), m.ones(2, 4, 3, 3), padding="same", stride=2),
    "three strides":    lambda m: m.nn.functional.conv2d(m.ones(2, 4, 6, 6), m.ones(2, 4, 3, 3), stride=(1, 1, 1)),
    "transposed":       lambda m: m.nn.functional.conv_transpose2d(m.ones(2, 4, 6, 6), m.ones(3, 2, 3, 3)),
    "output padding":   lambda m: m.nn.functional.conv_transpose2d(m.ones(2, 4, 6, 6), m.ones(4, 2, 3, 3), output_padding=1),
}
# fmt: on


def beginning(message: str) -> str:
    """What both begin with: before PyTorch writes a size in its own way."""
    return message.split(":")[0].split(",")[0][:40]


@pytest.mark.parametrize("program", MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_refused_as_in_pytorch(program, torch) -> None:
    with pytest.raises(RuntimeError) as theirs:
        program(torch)
    with pytest.raises(RuntimeError) as ours:
        program(mg)
    assert str(ours.value).startswith(beginning(str(theirs.value)))


def test_nothing_is_left_of_a_transposed_convolution() -> None:
    """PyTorch's message is that of the library that computes it, a different one for other sizes."""
    with pytest.raises(RuntimeError, match=r"Calculated output size per channel: \(-1, -1\)"):
        F.conv_transpose2d(mg.ones(2, 4, 1, 1), mg.ones(4, 2, 1, 1), padding=1)


def test_dtypes_that_differ() -> None:
    with pytest.raises(RuntimeError, match=r"Input type \(float32\) and weight type \(float64\) should be the same"):
        F.conv2d(mg.ones(1, 1, 3, 3), mg.ones(1, 1, 2, 2, dtype=mg.float64))
    with pytest.raises(RuntimeError, match=r"and bias type \(float64\) should be the same.*x.to\(float64\)"):
        F.conv2d(mg.ones(1, 1, 3, 3), mg.ones(1, 1, 2, 2), mg.ones(1, dtype=mg.float64))


@pytest.mark.parametrize("name", ["conv3d", "conv_transpose3d"])
def test_volumes_are_refused_with_what_to_do(name: str) -> None:
    with pytest.raises(NotImplementedError, match=rf"{name} is not here.*\[1, 1, 3, 3, 3\].*Use conv.*2d"):
        getattr(F, name)(mg.ones(1, 1, 3, 3, 3), mg.ones(1, 1, 2, 2, 2))


def test_same_as_its_definition_by_loops(rng) -> None:
    x, w = rng.normal(size=(1, 2, 5, 4)), rng.normal(size=(3, 2, 2, 3))
    expected = np.zeros((1, 3, 4, 2))
    for o, i, j in np.ndindex(3, 4, 2):
        expected[0, o, i, j] = (w[o] * x[0, :, i : i + 2, j : j + 3]).sum()
    np.testing.assert_allclose(F.conv2d(mg.tensor(x), mg.tensor(w)).numpy(), expected, rtol=1e-12)
