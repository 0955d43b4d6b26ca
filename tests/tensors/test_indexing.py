"""`x[...]` and `x[...] = y` with integers, slices, None, Ellipsis, index arrays and masks, as in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import micrograd_nb as mg
from tests.autograd.reference import assert_same, attempt, gradients

Part = Any
"""What stands between two commas of an index."""

Parts = Callable[[int, tuple[int, ...]], st.SearchStrategy[Part]]
"""Parts for an axis of a given length; its index arrays have the given shape."""


def translated(m: ModuleType, index: Part) -> Part:
    """An index for `m`: with its tensors where the index has arrays."""
    if isinstance(index, tuple):
        return tuple(translated(m, part) for part in index)
    return m.tensor(index) if isinstance(index, np.ndarray) else index


def numbered(shape: tuple[int, ...]) -> np.ndarray:
    """An array whose elements are all different."""
    return np.arange(np.prod(shape, dtype=int), dtype=np.float64).reshape(shape) + 0.5


def assert_value_and_gradient_as_in_pytorch(torch: ModuleType, shape: tuple[int, ...], index: Part) -> None:
    def call(m: ModuleType, x: Any) -> Any:
        return x[translated(m, index)]

    array = numbered(shape)
    theirs = call(torch, torch.tensor(array))
    assert_same(call(mg, mg.tensor(array)), theirs, f"value of x{list(shape)}[{index}]")
    grad = np.random.default_rng(0).normal(size=tuple(theirs.shape))
    assert_same(*(gradients(m, call, [array], grad)[0] for m in (mg, torch)), f"gradient of x{list(shape)}[{index}]")


SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, max_side=4)


@st.composite
def indices(draw: st.DrawFn, parts: Parts) -> tuple[tuple[int, ...], Part]:
    """A shape, and an index into it: one part for each of the first axes, with None and Ellipsis strewn in."""
    shape = draw(SHAPES)
    length = draw(st.sampled_from([(), (1,), (3,), (2, 2)]))  # all index arrays of an index have this shape
    chosen = [draw(parts(n, length)) for n in shape]
    if draw(st.booleans()):
        start = draw(st.integers(0, len(shape)))
        chosen[start : draw(st.integers(start, len(shape)))] = [Ellipsis]
    else:
        del chosen[draw(st.integers(0, len(shape))) :]
    for _ in range(draw(st.integers(0, 2))):
        chosen.insert(draw(st.integers(0, len(chosen))), None)
    return shape, chosen[0] if len(chosen) == 1 and draw(st.booleans()) else tuple(chosen)


def basic(n: int, _: tuple[int, ...]) -> st.SearchStrategy[Part]:
    """An integer, or a slice that goes forwards."""
    bound = st.none() | st.integers(-n - 1, n + 1)
    return st.integers(-n, n - 1) | st.builds(slice, bound, bound, st.none() | st.integers(1, 3))


def advanced(n: int, length: tuple[int, ...]) -> st.SearchStrategy[Part]:
    """As `basic`, or an array of integers."""
    return basic(n, length) | hnp.arrays(np.int64, length, elements=st.integers(-n, n - 1))


@settings(derandomize=True, max_examples=250)
@given(case=indices(basic))
def test_integers_and_slices(case: Any, torch: ModuleType) -> None:
    assert_value_and_gradient_as_in_pytorch(torch, *case)


@settings(derandomize=True, max_examples=250)
@given(case=indices(advanced))
def test_index_arrays_between_integers_and_slices(case: Any, torch: ModuleType) -> None:
    assert_value_and_gradient_as_in_pytorch(torch, *case)


@settings(derandomize=True, max_examples=100)
@given(data=st.data(), shape=SHAPES)
def test_bool_masks(data: st.DataObject, shape: tuple[int, ...], torch: ModuleType) -> None:
    axes = data.draw(st.integers(0, len(shape)), "axes that the mask covers")
    mask = data.draw(hnp.arrays(bool, shape[:axes]), "mask")
    rest = data.draw(st.sampled_from([(), (Ellipsis,)] + [(slice(1, None),)] * (len(shape) > axes)), "after the mask")
    assert_value_and_gradient_as_in_pytorch(torch, shape, (mask, *rest) if rest else mask)


# fmt: off
CASES = {
    "int":                            ((3, 4), 1),
    "int array beside a slice":       ((2, 3, 4), (0, slice(None), np.array([1, 2]))),
    "slice between two index arrays": ((2, 3, 4), (np.array([0, 1]), slice(None), np.array([1, 2]))),
    "index arrays that broadcast":    ((3, 4), (np.array([[0], [2]]), np.array([1, 3]))),
    "0-d index array":                ((3, 4), np.array(1)),
    "0-d index array behind":         ((3, 4), (slice(None), np.array(-1))),
    "list":                           ((3, 4), [0, 2]),
    "list in a tuple":                ((3, 4), (slice(None), [0, 2])),
    "list of bools":                  ((3, 4), [True, False, True]),
    "range":                          ((3, 4), range(2)),
    "True":                           ((3, 4), True),
    "False":                          ((3, 4), False),
    "NumPy integer":                  ((3, 4), np.int64(1)),
    "empty tuple":                    ((3, 4), ()),
    "empty list":                     ((3, 4), []),
    "uint8 mask":                     ((3,),   np.array([1, 0, 1], np.uint8)),
    "int32 index":                    ((3, 4), np.array([1, 0], np.int32)),
    "two masks":                      ((2, 3), (np.array([True, True]), np.array([True, False, True]))),
    "mask that picks nothing":        ((2, 3), np.zeros((2, 3), bool)),
    "slice of an empty axis":         ((0, 3), slice(1, 5)),
}
# fmt: on


@pytest.mark.filterwarnings("ignore:indexing with dtype:UserWarning")
@pytest.mark.parametrize("case", CASES)
def test_index_of_a_certain_form(case: str, torch: ModuleType) -> None:
    assert_value_and_gradient_as_in_pytorch(torch, *CASES[case])


def test_element_that_is_taken_twice_gets_two_gradients() -> None:
    x = mg.zeros(3, requires_grad=True)
    x[[0, 2, 0, 0]].sum().backward()
    assert x.grad.tolist() == [3.0, 0.0, 1.0]


def test_slice_shares_memory_and_an_index_array_copies() -> None:
    x = mg.arange(6.0)
    x[1:3].fill_(10)
    x[[4, 5]].fill_(20)
    assert x.tolist() == [0.0, 10.0, 10.0, 3.0, 4.0, 5.0]


def test_rows_come_one_by_one() -> None:
    x = mg.arange(6).reshape(3, 2)
    assert [row.tolist() for row in x] == [[0, 1], [2, 3], [4, 5]]
    assert len(x) == 3


# fmt: off
REFUSED = {
    "index out of range":         ((3, 4), 3),
    "negative out of range":      ((3, 4), -4),
    "index array out of range":   ((3, 4), np.array([0, 3])),
    "too many indices":           ((3, 4), (0, 0, 0)),
    "negative step":              ((3, 4), slice(None, None, -1)),
    "step of zero":               ((3, 4), slice(None, None, 0)),
    "float index":                ((3, 4), 1.0),
    "float index array":          ((3, 4), np.array([0.0, 1.0])),
    "mask of another length":     ((3, 4), np.array([True, False])),
    "mask of another shape":      ((3, 4), np.zeros((3, 3), bool)),
    "index arrays that differ":   ((3, 4), (np.array([0, 1]), np.array([0, 1, 2]))),
    "index of a 0-d tensor":      ((),     0),
}
# fmt: on


@pytest.mark.parametrize("case", REFUSED)
def test_index_that_pytorch_refuses(case: str, torch: ModuleType) -> None:
    """With an error of the same type, that says what came in our words and not in NumPy's."""
    shape, index = REFUSED[case]
    ours, theirs = (attempt(lambda m=m: m.zeros(shape)[translated(m, index)]) for m in (mg, torch))
    if not isinstance(theirs, Exception):
        pytest.fail("PyTorch does not refuse this")
    assert type(ours) is type(theirs), f"{ours!r} and {theirs!r}"
    assert "arrays used as indices" not in str(ours)


# -- assignment --------------------------------------------------------------------------------------------------------

ASSIGNED = {
    "a number": (1, 5.0),
    "a row": (1, np.array([1.0, 2.0, 3.0, 4.0])),
    "a column of one": ((slice(None), slice(0, 2)), np.array([[1.0], [2.0], [3.0]])),
    "by mask": (np.eye(3, 4, dtype=bool), 7.0),
    "by index arrays": ((np.array([0, 2]), np.array([1, 3])), np.array([8.0, 9.0])),
    "by list": ([0, 2], 1.0),
    "one element": ((1, 2), 6),
    "everything": (..., 2.0),
    "another dtype": (0, np.array([1, 2, 3, 4])),
}


@pytest.mark.parametrize("case", ASSIGNED)
def test_assignment(case: str, torch: ModuleType) -> None:
    index, value = ASSIGNED[case]
    made = []
    for m in (mg, torch):
        x = m.tensor(numbered((3, 4)))
        x[translated(m, index)] = m.tensor(value) if isinstance(value, np.ndarray) else value
        made.append(x)
    assert_same(*made)
