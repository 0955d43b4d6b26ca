"""Padding, interpolation, patches and pixel shuffling beside PyTorch's, over their arguments."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import micrograd_nb as mg
from micrograd_nb.nn import functional as F
from tests.autograd.reference import assert_same
from tests.nn.functional.beside import assert_alike

PADS = [
    ((4,), (1, 2)),
    ((3, 4), (1, 2)),
    ((2, 3, 4), (2, 1)),
    ((3, 5, 4), (1, 2, 0, 3)),
    ((2, 3, 5, 4), (2, 0, 1, 2)),
    ((2, 4, 3, 5), (1, 1, 2, 0, 1, 2)),
    ((2, 2, 3, 4, 3), (1, 1, 2, 0, 1, 2)),
    ((3, 4), (1, 0, 2, 1)),
    ((3, 5), (-1, 2)),
    ((2, 3, 5), (2, -2)),
    ((3, 4), ()),
    ((3, 4), (-2, -2)),
]


@pytest.mark.parametrize(("shape", "pad"), PADS, ids=str)
@pytest.mark.parametrize("mode", ["constant", "reflect", "replicate", "circular"])
def test_pad(mode: str, shape, pad, torch, rng) -> None:
    x = rng.normal(size=shape)
    program = lambda m, x: m.nn.functional.pad(x, pad, mode=mode)  # noqa: E731
    try:
        program(torch, torch.tensor(x))
    except (RuntimeError, NotImplementedError) as error:
        with pytest.raises(type(error)):
            program(mg, mg.tensor(x))
    else:
        assert_alike(program, [x], torch)


def cuts_too_much(mode: str, shape: list[int], margins: list[int]) -> bool:
    """Whether nothing is left along an axis, or less than has to go round."""
    pairs = zip(margins[::2], margins[1::2], strict=True)
    left = [(n + min(a, 0) + min(b, 0), max(a, b)) for n, (a, b) in zip(reversed(shape), pairs, strict=False)]
    return any(n < 0 or needed > n if mode == "circular" else n < 1 for n, needed in left)


@given(
    shape=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    margins=st.lists(st.integers(-2, 3), min_size=0, max_size=8),
    mode=st.sampled_from(["constant", "reflect", "replicate", "circular"]),
)
def test_pad_is_pytorchs_or_refused_as_there(shape, margins, mode, torch) -> None:
    x = np.arange(float(np.prod(shape))).reshape(shape)
    results = []
    for m in (mg, torch):
        try:
            results.append(m.nn.functional.pad(m.tensor(x), tuple(margins), mode=mode))
        except (RuntimeError, NotImplementedError) as error:
            results.append(error)
    ours, theirs = results
    if mode != "constant" and len(margins) % 2 == 0 and cuts_too_much(mode, shape, margins):
        assert isinstance(ours, (RuntimeError, NotImplementedError))  # PyTorch answers some of these with any numbers
    elif isinstance(theirs, Exception) or isinstance(ours, Exception):
        assert type(ours) is type(theirs), results
    else:
        assert_same(ours, theirs)


def test_pad_with_a_value(torch, rng) -> None:
    assert_alike(lambda m, x: m.nn.functional.pad(x, (1, -1, 2, 0), value=7.5), [rng.normal(size=(3, 4))], torch)
    assert F.pad(mg.zeros(1, 2).long(), (1, 0), value=3).tolist() == [[3, 0, 0]]


CORNERS = ("linear", "bilinear", "bicubic")


@pytest.mark.parametrize(("mode", "axes"), [("nearest", 1), ("nearest", 2), ("nearest-exact", 1), ("nearest-exact", 2), ("linear", 1), ("bilinear", 2), ("bicubic", 2), ("area", 1), ("area", 2)])  # fmt: skip
@pytest.mark.parametrize("option", [{"size": 3}, {"size": 9}, {"size": 1}, {"scale_factor": 2}, {"scale_factor": 1.7}, {"scale_factor": 0.6}, {"scale_factor": 1.7, "recompute_scale_factor": True}], ids=str)  # fmt: skip
def test_interpolate(mode: str, axes: int, option: dict, torch, rng) -> None:
    x = rng.normal(size=(2, 3, 5, 6)[: axes + 2])
    for align in (None, False, True) if mode in CORNERS else (None,):
        program = lambda m, x, a=align: m.nn.functional.interpolate(x, mode=mode, align_corners=a, **option)  # noqa: E731
        assert_alike(program, [x], torch)


def test_interpolate_with_a_size_for_each_axis(torch, rng) -> None:
    x = rng.normal(size=(2, 3, 5, 6))
    for option in ({"size": (7, 4)}, {"scale_factor": (2.0, 0.5)}):
        for mode in ("nearest", "bilinear", "bicubic"):
            program = lambda m, x, o=option, mode=mode: m.nn.functional.interpolate(x, mode=mode, **o)  # noqa: E731
            assert_alike(program, [x], torch)


@pytest.mark.parametrize("shape", [(8, 3, 2), (2, 4, 3, 2), (2, 1, 4, 2, 3)])
def test_pixel_shuffle(shape, torch, rng) -> None:
    x = rng.normal(size=shape)
    assert_alike(lambda m, x: m.nn.functional.pixel_shuffle(x, 2), [x], torch)
    assert_alike(lambda m, x: m.nn.functional.pixel_unshuffle(m.nn.functional.pixel_shuffle(x, 2), 2), [x], torch)


WINDOWS = [
    {"kernel_size": size, "dilation": dilation, "padding": padding, "stride": stride}
    for size, dilation, padding, stride in itertools.product([2, (3, 2)], [1, (1, 2)], [0, (1, 2)], [1, (2, 3)])
]


@pytest.mark.parametrize("case", WINDOWS, ids=str)
@pytest.mark.parametrize("shape", [(2, 3, 7, 6), (3, 5, 8)])
def test_unfold_and_fold(case: dict, shape, torch, rng) -> None:
    x = rng.normal(size=shape)
    assert_alike(lambda m, x: m.nn.functional.unfold(x, **case), [x], torch)

    def there_and_back(m, x):
        return m.nn.functional.fold(m.nn.functional.unfold(x, **case), shape[-2:], **case)

    assert_alike(there_and_back, [x], torch)


# fmt: off
MISTAKES = {
    "pad, odd":          (lambda m: m.nn.functional.pad(m.ones(2, 3), (1, 2, 3)),                       RuntimeError, "must be divisible by 2"),
    "pad, too many":     (lambda m: m.nn.functional.pad(m.ones(2, 3), (1,) * 6),                        RuntimeError, "less than or equal to two times the input dimension"),
    "pad, mode":         (lambda m: m.nn.functional.pad(m.ones(2, 3), (1, 1), mode="mirror"),           NotImplementedError, "Unrecognised padding mode mirror"),
    "pad, value":        (lambda m: m.nn.functional.pad(m.ones(2, 3), (1, 1), mode="reflect", value=1), RuntimeError, "doesn't take in value argument"),
    "pad, rank":         (lambda m: m.nn.functional.pad(m.ones(1, 2, 2, 3), (1, 1), mode="reflect"),    NotImplementedError, "Padding size 2 is not supported for 4D input tensor"),
    "pad, mirror":       (lambda m: m.nn.functional.pad(m.ones(2, 3), (3, 0), mode="reflect"),          RuntimeError, r"Padding size should be less than .* \(3, 0\) at dimension 1"),
    "pad, round":        (lambda m: m.nn.functional.pad(m.ones(2, 3), (4, 0), mode="circular"),         RuntimeError, "wrapping around more than once"),
    "pad, nothing left": (lambda m: m.nn.functional.pad(m.ones(2, 3), (-2, -2)),                        RuntimeError, "resulted in a negative output size"),
    "both":              (lambda m: m.nn.functional.interpolate(m.ones(1, 1, 2), 3, 2.0),               ValueError, "only one of size or scale_factor"),
    "neither":           (lambda m: m.nn.functional.interpolate(m.ones(1, 1, 2)),                       ValueError, "either size or scale_factor"),
    "sizes":             (lambda m: m.nn.functional.interpolate(m.ones(1, 1, 2), (2, 3)),               ValueError, "same number of spatial dimensions"),
    "corners":           (lambda m: m.nn.functional.interpolate(m.ones(1, 1, 2), 3, align_corners=True), ValueError, "align_corners option can only be set"),
    "recompute":         (lambda m: m.nn.functional.interpolate(m.ones(1, 1, 2), 3, recompute_scale_factor=True), ValueError, "recompute_scale_factor is not meaningful"),
    "mode":              (lambda m: m.nn.functional.interpolate(m.ones(1, 1, 2), 3, mode="smooth"),     NotImplementedError, "Input Error"),
    "bilinear, signal":  (lambda m: m.nn.functional.interpolate(m.ones(1, 1, 2), 3, mode="bilinear"),   NotImplementedError, "Got 3D input, but bilinear mode needs 4D input"),
    "size 0":            (lambda m: m.nn.functional.interpolate(m.ones(1, 1, 2), 0),                    RuntimeError, "sizes should be greater than 0"),
    "shuffle":           (lambda m: m.nn.functional.pixel_shuffle(m.ones(3, 2, 2), 2),                  RuntimeError, "divisible by the square of upscale_factor"),
    "shuffle, axes":     (lambda m: m.nn.functional.pixel_shuffle(m.ones(2, 2), 2),                     RuntimeError, "at least 3 dimensions"),
    "shuffle, 0":        (lambda m: m.nn.functional.pixel_shuffle(m.ones(4, 2, 2), 0),                  RuntimeError, "expects a positive upscale_factor"),
    "unshuffle":         (lambda m: m.nn.functional.pixel_unshuffle(m.ones(1, 3, 2), 2),                RuntimeError, "height to be divisible by downscale_factor"),
    "unshuffle, axes":   (lambda m: m.nn.functional.pixel_unshuffle(m.ones(2, 2), 2),                   RuntimeError, "at least 3 dimensions"),
    "unshuffle, 0":      (lambda m: m.nn.functional.pixel_unshuffle(m.ones(4, 2, 2), 0),                RuntimeError, "expects a positive downscale_factor"),
    "unfold, axes":      (lambda m: m.nn.functional.unfold(m.ones(1, 1, 1, 3, 3), 2),                       RuntimeError, "Expected 3D or 4D"),
    "unfold, size":      (lambda m: m.nn.functional.unfold(m.ones(1, 3, 3), 4),                         RuntimeError, "must be at least one"),
    "unfold, stride":    (lambda m: m.nn.functional.unfold(m.ones(1, 3, 3), 2, stride=0),               RuntimeError, "stride should be greater than zero"),
    "unfold, padding":   (lambda m: m.nn.functional.unfold(m.ones(1, 3, 3), 2, padding=-1),             RuntimeError, "padding should be non-negative"),
    "fold, axes":        (lambda m: m.nn.functional.fold(m.ones(3), 4, 2),                              RuntimeError, "Expected 2D or 3D"),
    "fold, rows":        (lambda m: m.nn.functional.fold(m.ones(1, 3, 4), 3, 2),                        RuntimeError, "divisible by the product of kernel_size"),
    "fold, columns":     (lambda m: m.nn.functional.fold(m.ones(1, 4, 5), 3, 2),                        RuntimeError, "number of sliding blocks"),
}
# fmt: on


@pytest.mark.parametrize(("program", "error", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_refused_as_in_pytorch(program, error, message, torch) -> None:
    with pytest.raises(error, match=message):
        program(mg)
    with pytest.raises(error):
        program(torch)


def test_antialias_is_refused_with_what_to_do() -> None:
    with pytest.raises(NotImplementedError, match=r"antialias=True is not here.*avg_pool2d"):
        F.interpolate(mg.ones(1, 1, 4, 4), 2, mode="bilinear", antialias=True)
