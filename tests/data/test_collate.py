"""default_collate: the same batches as PyTorch's, and which sample it is that does not fit."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, namedtuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import micrograd_nb as mg
from micrograd_nb.data import default_collate, default_convert

Point = namedtuple("Point", "x y")

BATCHES = {
    "ints": lambda lib: [1, 2, 3],
    "floats": lambda lib: [1.0, 2.0],
    "bools": lambda lib: [True, False],
    "strings": lambda lib: ["a", "b"],
    "bytes": lambda lib: [b"a", b"b"],
    "tensors": lambda lib: [lib.ones(2, 3), lib.zeros(2, 3)],
    "numbers as tensors": lambda lib: [lib.tensor(1), lib.tensor(2)],
    "arrays": lambda lib: [np.ones((2, 2)), np.zeros((2, 2))],
    "arrays of float32": lambda lib: [np.ones(2, np.float32)],
    "NumPy numbers": lambda lib: [np.float32(1), np.float32(2)],
    "NumPy ints": lambda lib: [np.int16(1), np.int16(2)],
    "NumPy bools": lambda lib: [np.bool_(True), np.bool_(False)],
    "tuples": lambda lib: [(lib.ones(2), 1), (lib.zeros(2), 2)],
    "lists": lambda lib: [[1, "a"], [2, "b"]],
    "dicts": lambda lib: [{"x": 1, "y": [1, 2.0]}, {"x": 3, "y": [4, 5.0]}],
    "named tuples": lambda lib: [Point(1, lib.ones(2)), Point(2, lib.zeros(2))],
    "ordered dicts": lambda lib: [OrderedDict(a=1, b=2), OrderedDict(a=3, b=4)],
    "defaultdicts": lambda lib: [defaultdict(int, a=1), defaultdict(int, a=2)],
    "tuples of tuples": lambda lib: [((1, 2), (3.0,)), ((4, 5), (6.0,))],
    "empty tensors": lambda lib: [lib.zeros(0, 2), lib.zeros(0, 2)],
    "empty tuples": lambda lib: [(), ()],
    "one sample": lambda lib: [(lib.ones(2), {"a": 1})],
}


def plain(batch):
    """A batch as types, dtypes and numbers."""
    if hasattr(batch, "dtype"):
        return str(batch.dtype).split(".")[-1], tuple(batch.shape), batch.tolist()
    if isinstance(batch, dict):
        return type(batch).__name__, {key: plain(value) for key, value in batch.items()}
    if isinstance(batch, (list, tuple)):
        kind = "sequence" if any(isinstance(x, (str, bytes)) for x in batch) else type(batch).__name__
        return kind, [plain(x) for x in batch]
    return batch


@pytest.mark.parametrize("make", BATCHES.values(), ids=BATCHES)
def test_batches_are_pytorchs(make, torch) -> None:
    assert plain(default_collate(make(mg))) == plain(torch.utils.data.default_collate(make(torch)))


@given(st.lists(hnp.arrays(np.float32, (2, 3), elements=st.floats(-9, 9, width=32)), min_size=1, max_size=5))
def test_a_batch_holds_its_samples(arrays: list[np.ndarray]) -> None:
    batch = default_collate([(array, i) for i, array in enumerate(arrays)])
    assert np.array_equal(batch[0].numpy(), np.stack(arrays))
    assert batch[1].tolist() == list(range(len(arrays)))


def test_a_batch_shares_no_memory_with_its_samples() -> None:
    sample = mg.ones(2)
    assert not np.shares_memory(default_collate([sample]).array, sample.array)


def test_gradients_flow_through_a_batch() -> None:
    x = mg.ones(2, requires_grad=True)
    default_collate([x, x]).sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


@pytest.mark.parametrize(
    ("batch", "match"),
    [
        (
            [mg.zeros(3), mg.zeros(3), mg.zeros(4), mg.zeros(3)],
            r"equal size, but samples 0, 1, 3 have shape \(3,\) and sample 2 has shape \(4,\).*collate_fn",
        ),
        (
            [{"image": (mg.zeros(n), 1)} for n in [2] * 8 + [5]],
            r"at sample\['image'\]\[0\] samples 0, 1, 2, 3, 4, … \(8 of them\) have shape \(2,\) and sample 8 has",
        ),
        ([np.zeros((2, 1)), np.zeros((1, 2))], r"sample 0 has shape \(2, 1\) and sample 1 has shape \(1, 2\)"),
        ([(1, 2), (1,)], "sample 0 has length 2 and sample 1 has length 1"),
        ([{"a": 1}, {"b": 1}], r"same keys, but sample 0 has \['a'\] and sample 1 has \['b'\]"),
        ([[(1, [1, 2]), 1], [(1, [1]), 2]], r"at sample\[0\]\[1\]"),
    ],
)
def test_a_ragged_batch_says_where(batch: list, match: str) -> None:
    with pytest.raises(RuntimeError, match=match):
        default_collate(batch)


@pytest.mark.parametrize("value", [None, object(), {1, 2}])
def test_what_no_batch_is_made_of(value) -> None:
    with pytest.raises(TypeError, match=r"found <class .* at sample\[1\]\. Give the DataLoader a collate_fn"):
        default_collate([(1, value)])


def test_an_array_of_strings() -> None:
    with pytest.raises(TypeError, match="cannot hold"):
        default_collate([np.array(["a"])])


def test_no_samples() -> None:
    with pytest.raises(ValueError, match="at least one sample"):
        default_collate([])


def test_an_image_is_to_become_a_tensor() -> None:
    image = pytest.importorskip("PIL.Image").new("RGB", (2, 2))
    with pytest.raises(TypeError, match=r"found <class 'PIL\.Image\.Image'> at sample\[0\].*ToTensor\(\)"):
        default_collate([(image, 1)])


# -- without batches ---------------------------------------------------------------------------------------------------

SAMPLES = {
    "array": lambda lib: np.arange(3),
    "NumPy number": lambda lib: np.float32(1),
    "number": lambda lib: 2,
    "tensor": lambda lib: lib.ones(2),
    "tuple": lambda lib: (np.zeros(1), "a"),
    "named tuple": lambda lib: Point(np.zeros(1), b"a"),
    "dict": lambda lib: {"a": np.zeros(1), "b": [np.ones(1)]},
    "defaultdict": lambda lib: defaultdict(int, a=np.zeros(1)),
    "array of strings": lambda lib: np.array(["a"]),
}


@pytest.mark.parametrize("make", SAMPLES.values(), ids=SAMPLES)
def test_samples_are_converted_as_pytorch_does(make, torch) -> None:
    assert plain(default_convert(make(mg))) == plain(torch.utils.data.default_convert(make(torch)))
