"""`repr` prints a tensor as PyTorch does, with `micrograd_nb` where PyTorch says `torch`."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import micrograd_nb as mg


def assert_prints_as_pytorch(torch: ModuleType, make: Callable[[ModuleType], Any]) -> None:
    """The same text. Where it names a dtype, which is longer with us, a line may break elsewhere before a suffix."""
    ours, theirs = repr(make(mg)), repr(make(torch)).replace("torch.", "micrograd_nb.")
    if "dtype=" in theirs:
        ours, theirs = (re.sub(r",\s+(?=[a-z_]+=)", ", ", text) for text in (ours, theirs))
    assert ours == theirs


def test_what_it_looks_like() -> None:
    x = mg.tensor([[1.0, -2.5], [1000.0, 0.125]])
    assert repr(x) == ("tensor([[ 1.0000e+00, -2.5000e+00],\n"
                       "        [ 1.0000e+03,  1.2500e-01]])")  # fmt: skip
    assert repr(mg.tensor([1.0, 2.0], requires_grad=True) * 2) == "tensor([2., 4.], grad_fn=<MulBackward0>)"
    assert repr(mg.zeros(2, dtype=mg.float64)) == "tensor([0., 0.], dtype=micrograd_nb.float64)"


# fmt: off
CASES: dict[str, Callable[[Any], Any]] = {
    "0-d float":                lambda m: m.tensor(3.5),
    "0-d whole float":          lambda m: m.tensor(3.0),
    "0-d negative":             lambda m: m.tensor(-1e-7),
    "0-d int":                  lambda m: m.tensor(-3),
    "0-d bool":                 lambda m: m.tensor(True),
    "0-d inf":                  lambda m: m.tensor(float("inf")),
    "0-d nan":                  lambda m: m.tensor(float("nan")),
    "0-d requires grad":        lambda m: m.tensor(3.0, requires_grad=True),
    "minus zero":               lambda m: m.tensor([-0.0, 0.0]),
    "zeros":                    lambda m: m.zeros(2, 3),
    "whole and negative":       lambda m: m.tensor([-1.0, 20.0, 300.0]),
    "fractions":                lambda m: m.tensor([0.1, 1 / 3, -22.5]),
    "large":                    lambda m: m.tensor([1e8, 1.0]),
    "larger":                   lambda m: m.tensor([1.1e8, 1e8]),
    "small":                    lambda m: m.tensor([1e-4, 2e-4]),
    "smaller":                  lambda m: m.tensor([0.9e-4, 2e-4]),
    "range of 1000":            lambda m: m.tensor([1.5, 1500.0]),
    "range over 1000":          lambda m: m.tensor([1.5, 1501.0]),
    "whole, range over 1000":   lambda m: m.tensor([1.0, 1001.0]),
    "inf and nan":              lambda m: m.tensor([float("inf"), float("nan"), -float("inf"), 1.5]),
    "inf and whole":            lambda m: m.tensor([float("inf"), -2.0, 30.0]),
    "only nan":                 lambda m: m.tensor([float("nan"), float("nan")]),
    "only -inf":                lambda m: m.tensor([-float("inf")]),
    "inf and scientific":       lambda m: m.tensor([float("inf"), 1e-7]),
    "float64":                  lambda m: m.tensor([1.0, 2.5], dtype=m.float64),
    "float16":                  lambda m: m.tensor([1.0, 2.5], dtype=m.float16),
    "int32":                    lambda m: m.tensor([1, -200], dtype=m.int32),
    "uint8":                    lambda m: m.tensor([1, 200], dtype=m.uint8),
    "bools":                    lambda m: m.tensor([[True, False], [False, False]]),
    "empty":                    lambda m: m.tensor([]),
    "empty int":                lambda m: m.tensor([], dtype=m.int64),
    "empty bool":               lambda m: m.tensor([], dtype=m.bool),
    "empty matrix":             lambda m: m.zeros(0, 3),
    "empty inside":             lambda m: m.zeros(2, 0, 3, dtype=m.float64),
    "empty requires grad":      lambda m: m.zeros(0, 3, requires_grad=True),
    "cube":                     lambda m: m.arange(24).reshape(2, 3, 4),
    "four axes":                lambda m: m.arange(16.0).reshape(2, 2, 2, 2) / 7,
    "wide row":                 lambda m: m.arange(100),
    "wide row of floats":       lambda m: m.arange(50) / 3,
    "wide matrix":              lambda m: m.arange(60.0).reshape(2, 30),
    "1000 elements":            lambda m: m.arange(1000),
    "1001 elements":            lambda m: m.arange(1001),
    "summarised matrix":        lambda m: m.arange(2000).reshape(40, 50) / 3,
    "summarised thin":          lambda m: m.arange(1500.0).reshape(500, 3),
    "summarised flat":          lambda m: m.arange(1500.0).reshape(3, 500),
    "summarised cube":          lambda m: m.arange(2000).reshape(10, 10, 20),
    "summarised bools":         lambda m: m.arange(2000) > 1000,
    "summarised six rows":      lambda m: m.arange(1200).reshape(6, 200),
    "extreme is not shown":     lambda m: m.where(m.arange(2000) == 1000, m.tensor(1e9), m.tensor(1.0)),
    "grad_fn":                  lambda m: m.ones(2, requires_grad=True) * 2,
    "grad_fn, float64":         lambda m: m.ones(2, dtype=m.float64, requires_grad=True).exp(),
    "grad_fn on a new line":    lambda m: m.ones(17, dtype=m.float64, requires_grad=True).sum() + m.arange(8) / 3,
    "requires grad, full line": lambda m: m.arange(14.0).requires_grad_(),
    "no_grad result":           lambda m: m.ones(2, requires_grad=True).detach() * 2,
    "transposed":               lambda m: m.arange(6).reshape(2, 3).T,
    "every second":             lambda m: m.arange(6)[::2],
    "stretched":                lambda m: m.tensor([1.5]).expand(3),
    "shape":                    lambda m: m.zeros(2, 3).shape,
    "shape of 0-d":             lambda m: m.zeros(()).shape,
    "size":                     lambda m: m.zeros(2, 3).size(),
    "dtype":                    lambda m: m.zeros(2).dtype,
    "dtype bool":               lambda m: m.tensor(True).dtype,
    "device":                   lambda m: m.zeros(2).device,
    "device with a number":     lambda m: m.device("cuda:1"),
    "finfo":                    lambda m: m.finfo(m.float32),
    "finfo, half":              lambda m: m.finfo(m.float16),
    "finfo, double":            lambda m: m.finfo(m.float64),
    "iinfo":                    lambda m: m.iinfo(m.int32),
    "sort":                     lambda m: m.tensor([3, 1, 2]).sort(),
    "topk":                     lambda m: m.tensor([3.0, 1.0, 2.0], requires_grad=True).topk(2).indices,
    "piece":                    lambda m: m.ones(4, requires_grad=True).split(2)[1],
    "max with places":          lambda m: m.tensor([[1.0, 3.0], [5.0, 2.0]]).max(1).values,
}
# fmt: on


@pytest.mark.parametrize("case", CASES)
def test_prints_as_pytorch(case: str, torch: ModuleType) -> None:
    assert_prints_as_pytorch(torch, CASES[case])


@pytest.mark.parametrize("make", [
    pytest.param(lambda m: f"{m.tensor(1.23456):.2f}", id="number"),
    pytest.param(lambda m: f"{m.tensor(7):>5d}", id="int"),
    pytest.param(lambda m: f"{m.tensor(1.5)}", id="0-d"),
    pytest.param(lambda m: f"{m.tensor([1.5, 2.0])}", id="vector"),
    pytest.param(lambda m: f"{m.tensor(1.5, requires_grad=True)}", id="leaf"),
    pytest.param(lambda m: f"{m.tensor(1.5, requires_grad=True) * 2}", id="result"),
    pytest.param(lambda m: f"{m.tensor(1.5, requires_grad=True):.3f}", id="leaf with digits"),
    pytest.param(lambda m: str(m.tensor([1, 2])), id="str"),
])  # fmt: skip
def test_formats_as_pytorch(make: Callable[[ModuleType], str], torch: ModuleType) -> None:
    assert make(mg) == make(torch).replace("torch.", "micrograd_nb.")


OPTIONS: list[dict[str, Any]] = [
    {"precision": 2}, {"precision": 8}, {"precision": 0}, {"threshold": 5}, {"threshold": 5, "edgeitems": 1},
    {"linewidth": 40}, {"sci_mode": True}, {"sci_mode": False}, {"profile": "short"}, {"profile": "full"},
    {"profile": "short", "precision": 6}, {"profile": "default"}, {"sci_mode": True, "precision": 1},
]  # fmt: skip


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_printing_options_as_in_pytorch(options: dict[str, Any], torch: ModuleType) -> None:
    try:
        for m in (mg, torch):
            m.set_printoptions(**options)
        for make in (
            lambda m: m.arange(40.0) / 7,
            lambda m: m.tensor([[1.0, 1e-5], [2.5, 30.0]]),
            lambda m: m.tensor([1.0, 20.0, 300.0]),
            lambda m: m.arange(1100).reshape(11, 100),
            lambda m: m.tensor([1.5, float("inf"), float("nan")]),
            lambda m: m.tensor(2 / 3),
            lambda m: m.tensor([True, False]),
        ):
            assert_prints_as_pytorch(torch, make)
    finally:
        for m in (mg, torch):
            m.set_printoptions(profile="default")


def test_printing_options_can_be_read() -> None:
    before = mg.get_printoptions()
    assert before == {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80, "sci_mode": None}
    mg.set_printoptions(precision=2)
    mg.set_printoptions(edgeitems=1)
    assert mg.get_printoptions() == before | {"precision": 2, "edgeitems": 1}
    mg.set_printoptions(**before)
    assert mg.get_printoptions() == before


def test_set_default_dtype_decides_which_dtype_is_not_said(torch: ModuleType) -> None:
    try:
        for m in (mg, torch):
            m.set_default_dtype(m.float64)
        assert_prints_as_pytorch(torch, lambda m: m.tensor([1.5]))
        assert_prints_as_pytorch(torch, lambda m: m.zeros(2, dtype=m.float32))
    finally:
        for m in (mg, torch):
            m.set_default_dtype(m.float32)


def floats_of_any_size(dtype: str) -> st.SearchStrategy[float]:
    """Numbers around 1 as well as the smallest, the largest, infinities and NaN."""
    width = np.dtype(dtype).itemsize * 8
    near = st.integers(-2000, 2000).map(lambda n: float(np.dtype(dtype).type(n / 8)))
    return near | st.floats(width=width, allow_subnormal=False)


def arrays(dtype: str) -> st.SearchStrategy[np.ndarray]:
    """Up to eight numbers, repeated to fill a shape; some shapes have more than 1000 elements."""
    small = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
    large = st.sampled_from([(1200,), (30, 40), (3, 30)])
    elements = floats_of_any_size(dtype) if dtype.startswith("float") else None
    return st.builds(np.resize, hnp.arrays(dtype, st.integers(1, 8), elements=elements), small | large)


KINDS = [(dtype, "no graph") for dtype in ("bool", "uint8", "int64", "float16", "float32", "float64")]
KINDS += [(dtype, graph) for dtype in ("float32", "float64") for graph in ("leaf", "result")]


@pytest.mark.parametrize(("dtype", "graph"), KINDS)
def test_random_tensors_print_as_in_pytorch(dtype: str, graph: str, torch: ModuleType) -> None:
    @settings(derandomize=True, max_examples=100)
    @given(array=arrays(dtype))
    def check(array: np.ndarray) -> None:
        def make(m: ModuleType) -> Any:
            x = m.tensor(array, requires_grad=graph != "no graph")
            return x.reshape(x.shape) if graph == "result" else x

        assert_prints_as_pytorch(torch, make)

    check()
