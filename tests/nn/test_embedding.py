"""Embedding, EmbeddingBag and one_hot beside PyTorch's."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import micrograd_nb as mg
import micrograd_nb.nn.functional as F
from tests.autograd.reference import assert_same
from tests.nn.alike import computes_alike, raises_alike

WORDS = [[3, 0, 3], [2, 1, 0]]
FLAT = [3, 0, 3, 2, 1]

# fmt: off
EMBEDDINGS: dict[str, Callable[[Any, Any], Any]] = {
    "words":            lambda m, w: m.nn.functional.embedding(m.tensor(WORDS), w),
    "int32":            lambda m, w: m.nn.functional.embedding(m.tensor(WORDS, dtype=m.int32), w),
    "one word":         lambda m, w: m.nn.functional.embedding(m.tensor(2), w),
    "no word":          lambda m, w: m.nn.functional.embedding(m.zeros(0, 2).long(), w),
    "padding":          lambda m, w: m.nn.functional.embedding(m.tensor(WORDS), w, padding_idx=0),
    "padding, last":    lambda m, w: m.nn.functional.embedding(m.tensor(WORDS), w, -1),
    "by frequency":     lambda m, w: m.nn.functional.embedding(m.tensor(WORDS), w, scale_grad_by_freq=True),
    "by frequency, padding": lambda m, w: m.nn.functional.embedding(m.tensor(WORDS), w, 3, None, 2.0, True, False),
    "computed weight":  lambda m, w: m.nn.functional.embedding(m.tensor(WORDS), w * w),
}
BAGS: dict[str, Callable[[Any, Any], Any]] = {
    "matrix":           lambda m, w: m.nn.functional.embedding_bag(m.tensor(WORDS), w),
    "sum":              lambda m, w: m.nn.functional.embedding_bag(m.tensor(WORDS), w, mode="sum"),
    "max":              lambda m, w: m.nn.functional.embedding_bag(m.tensor(WORDS), w, mode="max"),
    "offsets":          lambda m, w: m.nn.functional.embedding_bag(m.tensor(FLAT), w, m.tensor([0, 2])),
    "offsets, sum":     lambda m, w: m.nn.functional.embedding_bag(m.tensor(FLAT), w, m.tensor([0, 2]), mode="sum"),
    "offsets, max":     lambda m, w: m.nn.functional.embedding_bag(m.tensor(FLAT), w, m.tensor([0, 2]), mode="max"),
    "empty bags":       lambda m, w: m.nn.functional.embedding_bag(m.tensor(FLAT), w, m.tensor([0, 0, 3, 5])),
    "empty bags, sum":  lambda m, w: m.nn.functional.embedding_bag(m.tensor(FLAT), w, m.tensor([0, 0, 3, 5]), mode="sum"),
    "empty bags, max":  lambda m, w: m.nn.functional.embedding_bag(m.tensor(FLAT), w, m.tensor([0, 0, 3, 5]), mode="max"),
    "nothing":          lambda m, w: m.nn.functional.embedding_bag(m.zeros(0).long(), w, m.tensor([0, 0])),
    "nothing, max":     lambda m, w: m.nn.functional.embedding_bag(m.zeros(0).long(), w, m.tensor([0, 0]), mode="max"),
    "no bags":          lambda m, w: m.nn.functional.embedding_bag(m.zeros(0, 3).long(), w),
    "last offset":      lambda m, w: m.nn.functional.embedding_bag(m.tensor(FLAT), w, m.tensor([0, 2, 5]), include_last_offset=True),
    "padding":          lambda m, w: m.nn.functional.embedding_bag(m.tensor(WORDS), w, padding_idx=3),
    "padding, sum":     lambda m, w: m.nn.functional.embedding_bag(m.tensor(WORDS), w, padding_idx=-4, mode="sum"),
    "padding, max":     lambda m, w: m.nn.functional.embedding_bag(m.tensor(WORDS), w, padding_idx=0, mode="max"),
    "int32":            lambda m, w: m.nn.functional.embedding_bag(m.tensor(WORDS, dtype=m.int32), w),
}
# fmt: on


@pytest.mark.parametrize("program", EMBEDDINGS.values(), ids=EMBEDDINGS)
def test_embedding_is_pytorchs(program: Callable[..., Any], torch: ModuleType, rng: np.random.Generator) -> None:
    computes_alike(program, torch, [rng.normal(size=(4, 3))])


@pytest.mark.parametrize("program", BAGS.values(), ids=BAGS)
def test_bag_is_pytorchs(program: Callable[..., Any], torch: ModuleType, rng: np.random.Generator) -> None:
    computes_alike(program, torch, [rng.normal(size=(4, 3))])


@pytest.mark.parametrize("padding_idx", [None, 3])
def test_bag_with_weights_is_pytorchs(padding_idx: int | None, torch: ModuleType, rng: np.random.Generator) -> None:
    def program(m: Any, weight: Any, per_sample: Any) -> Any:
        options = {"mode": "sum", "per_sample_weights": per_sample, "padding_idx": padding_idx}
        return m.nn.functional.embedding_bag(m.tensor(FLAT), weight, m.tensor([0, 2]), **options)

    computes_alike(program, torch, [rng.normal(size=(4, 3)), rng.normal(size=5)])


def test_largest_of_equals_and_of_nan(torch: ModuleType) -> None:
    """Of equal rows the first gets the gradient, as in PyTorch; NaN is not hidden."""
    table = np.array([[1.0, 2.0], [1.0, 0.0], [0.0, 2.0]])
    computes_alike(
        lambda m, w: m.nn.functional.embedding_bag(m.tensor([[2, 1, 0], [0, 0, 1]]), w, mode="max"), torch, [table]
    )
    weight = mg.tensor([[1.0, np.nan]])
    assert np.isnan(F.embedding_bag(mg.tensor([[0, 0]]), weight, mode="max").numpy()).tolist() == [[False, True]]


@given(st.data())
def test_a_bag_is_the_sum_of_its_rows(data: st.DataObject) -> None:
    rows, bags = data.draw(st.integers(1, 5)), data.draw(st.integers(0, 4))
    words = [data.draw(st.lists(st.integers(0, rows - 1), max_size=4)) for _ in range(bags)]
    table = np.random.default_rng(0).normal(size=(rows, 2))
    offsets = np.cumsum([0, *map(len, words)])[:bags]
    flat = mg.tensor(np.array([w for bag in words for w in bag], np.int64))
    weight = mg.tensor(table, requires_grad=True)
    y = F.embedding_bag(flat, weight, mg.tensor(offsets), mode="sum")
    expected = np.array([table[bag].sum(0) for bag in words]).reshape(bags, 2)
    np.testing.assert_allclose(y.detach().numpy(), expected, atol=1e-12)
    y.sum().backward()
    np.testing.assert_allclose(weight.grad.numpy()[:, 0], np.bincount(flat.numpy(), minlength=rows))


@pytest.mark.parametrize("norm_type", [1.0, 2.0, 3.0, float("inf")])
def test_rows_that_are_too_long_are_shortened_for_good(norm_type: float, torch: ModuleType) -> None:
    table = np.array([[3.0, 4.0], [0.1, 0.2], [6.0, 8.0], [-1.0, 2.0]])
    results = []
    for m in (mg, torch):
        weight = m.tensor(table, requires_grad=True)
        y = m.nn.functional.embedding(m.tensor([0, 0, 1, 3]), weight, max_norm=1.5, norm_type=norm_type)
        y.sum().backward()
        results.append([y.detach(), weight.detach(), weight.grad])
    for ours, theirs in zip(*results, strict=True):
        assert_same(ours, theirs)
    assert results[0][1].tolist()[2] == [6.0, 8.0]  # was not looked up


def test_shortened_rows_spoil_a_graph_that_has_saved_them() -> None:
    weight = mg.tensor([[3.0, 4.0]], requires_grad=True)
    squares = (weight * weight).sum()
    F.embedding(mg.tensor([0]), weight, max_norm=1.0)
    with pytest.raises(RuntimeError, match=r"modified by an inplace operation.*max_norm"):
        squares.backward()


def test_bag_shortens_rows_too(torch: ModuleType) -> None:
    table = np.array([[3.0, 4.0], [0.1, 0.2]])
    computes_alike(
        lambda m, w: m.nn.functional.embedding_bag(m.tensor([[0, 1]]), w.detach().clone(), max_norm=1.0), torch, [table]
    )


@pytest.mark.parametrize("padding_idx", [None, 1])
def test_gradients_of_gradients(padding_idx: int | None, rng: np.random.Generator) -> None:
    weight = mg.tensor(rng.normal(size=(4, 3)), requires_grad=True)

    def program(w: mg.Tensor) -> mg.Tensor:
        return F.embedding(mg.tensor(WORDS), w, padding_idx) ** 3

    assert padding_idx is not None or mg.autograd.gradcheck(program, (weight,))
    (slope,) = mg.autograd.grad(program(weight).sum(), weight, create_graph=True)
    (second,) = mg.autograd.grad(slope.sum(), weight)
    w = weight.detach().numpy()
    counts = np.bincount(np.ravel(WORDS), minlength=4)[:, None] * (np.arange(4) != padding_idx)[:, None]
    np.testing.assert_allclose(slope.detach().numpy(), 3 * w**2 * counts, rtol=1e-12)
    np.testing.assert_allclose(second.numpy(), 6 * w * counts, rtol=1e-12)


def test_bags_scale_by_frequency() -> None:
    """Every row that is looked up gets the same here. (PyTorch 2.13 takes the counts of other rows.)"""
    weight = mg.ones(4, 3, requires_grad=True)
    F.embedding_bag(mg.tensor(WORDS), weight, scale_grad_by_freq=True, mode="sum").sum().backward()
    assert weight.grad.tolist() == [[1.0] * 3] * 4


# -- one_hot -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(4,), (2, 3), (), (2, 0)])
@pytest.mark.parametrize("num_classes", [-1, 5])
def test_one_hot_is_pytorchs(shape: tuple[int, ...], num_classes: int, torch: ModuleType) -> None:
    if 0 in shape and num_classes < 0:
        return
    numbers = np.random.default_rng(0).integers(0, 4, shape)
    assert_same(*(m.nn.functional.one_hot(m.tensor(numbers), num_classes) for m in (mg, torch)))


ONE_HOT_REFUSED: list[Callable[[Any], Any]] = [
    lambda m: m.nn.functional.one_hot(m.tensor([0.0])),
    lambda m: m.nn.functional.one_hot(m.tensor([True])),
    lambda m: m.nn.functional.one_hot(m.tensor([0], dtype=m.int32)),
    lambda m: m.nn.functional.one_hot(m.tensor([0, -1])),
    lambda m: m.nn.functional.one_hot(m.tensor([0, 3]), 3),
    lambda m: m.nn.functional.one_hot(m.tensor([0]), 0),
    lambda m: m.nn.functional.one_hot(m.tensor([0]), -2),
    lambda m: m.nn.functional.one_hot(m.zeros(0).long()),
    lambda m: m.nn.functional.one_hot(m.tensor([0]), 2.0),
]


@pytest.mark.parametrize("program", ONE_HOT_REFUSED)
def test_one_hot_refuses_what_pytorch_refuses(program: Callable[..., Any], torch: ModuleType) -> None:
    raises_alike(program, torch)


# -- modules -----------------------------------------------------------------------------------------------------------

# fmt: off
MODULES: dict[str, Callable[[Any], Any]] = {
    "Embedding":            lambda nn: nn.Embedding(5, 3),
    "Embedding, padding":   lambda nn: nn.Embedding(5, 3, padding_idx=-1),
    "Embedding, options":   lambda nn: nn.Embedding(5, 3, 2, 1.5, 1.0, True),
    "EmbeddingBag":         lambda nn: nn.EmbeddingBag(5, 3),
    "EmbeddingBag, max":    lambda nn: nn.EmbeddingBag(5, 3, mode="max", padding_idx=1),
    "EmbeddingBag, options": lambda nn: nn.EmbeddingBag(5, 3, 1.5, 3.0, True, "sum"),
}
# fmt: on


@pytest.mark.parametrize("make", MODULES.values(), ids=MODULES)
def test_module_is_pytorchs(make: Callable[[Any], Any], torch: ModuleType) -> None:
    theirs, ours = make(torch.nn), make(mg.nn)
    ours.load_state_dict(theirs.state_dict())
    results = []
    for m, layer in ((mg, ours), (torch, theirs)):
        y = layer(m.tensor([[0, 4, 1], [4, 4, 3]]))
        (y * y).sum().backward()
        results.append([y.detach(), layer.weight.grad, layer.weight.detach()])
    for mine, other in zip(*results, strict=True):
        assert_same(mine, other)
    assert repr(ours) == repr(theirs)


def test_bag_module_with_offsets_and_weights(torch: ModuleType, rng: np.random.Generator) -> None:
    theirs, ours = torch.nn.EmbeddingBag(5, 3, mode="sum"), mg.nn.EmbeddingBag(5, 3, mode="sum")
    ours.load_state_dict(theirs.state_dict())
    weights = rng.normal(size=4).astype("f4")
    assert_same(
        *(
            layer(m.tensor([0, 4, 4, 2]), m.tensor([0, 1]), per_sample_weights=m.tensor(weights)).detach()
            for m, layer in ((mg, ours), (torch, theirs))
        )
    )


@pytest.mark.parametrize("kind", ["Embedding", "EmbeddingBag"])
def test_rows_start_normally_distributed_and_the_padding_as_zero(kind: str) -> None:
    mg.manual_seed(0)
    weight = getattr(mg.nn, kind)(400, 50, padding_idx=7).weight.detach().numpy()
    assert abs(np.delete(weight, 7, 0).std() - 1) < 0.02
    assert (weight[7] == 0).all()


@pytest.mark.parametrize("kind", ["Embedding", "EmbeddingBag"])
def test_rows_that_you_have(kind: str) -> None:
    table = mg.tensor([[1.0, 2.0], [3.0, 4.0]])
    frozen = getattr(mg.nn, kind).from_pretrained(table)
    assert not frozen.weight.requires_grad
    assert frozen.weight.array is table.array
    assert frozen.weight.tolist() == table.tolist()
    assert getattr(mg.nn, kind).from_pretrained(table, freeze=False).weight.requires_grad


def test_dtype_of_a_module() -> None:
    assert mg.nn.Embedding(2, 3, dtype=mg.float64).weight.dtype == mg.float64
    assert mg.nn.Embedding(2, 3, device="cpu").weight.dtype == mg.float32
    with pytest.raises(RuntimeError, match="no device 'cuda'"):
        mg.nn.Embedding(2, 3, device="cuda")


# fmt: off
REFUSED: list[Callable[[Any], Any]] = [
    lambda m: m.nn.functional.embedding(m.tensor([0, 4]), m.ones(4, 3)),
    lambda m: m.nn.functional.embedding(m.tensor([-1]), m.ones(4, 3)),
    lambda m: m.nn.functional.embedding(m.tensor([0.0]), m.ones(4, 3)),
    lambda m: m.nn.functional.embedding(m.tensor([0]), m.ones(4)),
    lambda m: m.nn.functional.embedding(m.ones(4, 3), m.tensor([0])),
    lambda m: m.nn.functional.embedding(m.tensor([0]), m.ones(4, 3), padding_idx=4),
    lambda m: m.nn.functional.embedding(m.tensor([0]), m.ones(4, 3), padding_idx=-5),
    lambda m: m.nn.functional.embedding_bag(m.tensor([0, 1]), m.ones(4)),
    lambda m: m.nn.functional.embedding_bag(m.tensor([0, 1]), m.ones(4, 3)),
    lambda m: m.nn.functional.embedding_bag(m.tensor([0, 1]), m.ones(4, 3), m.tensor([[0]])),
    lambda m: m.nn.functional.embedding_bag(m.tensor([[[0]]]), m.ones(4, 3)),
    lambda m: m.nn.functional.embedding_bag(m.tensor([0, 1]), m.ones(4, 3), m.tensor([0, 5])),
    lambda m: m.nn.functional.embedding_bag(m.tensor([0, 1]), m.ones(4, 3), m.zeros(0).long(), include_last_offset=True),
    lambda m: m.nn.functional.embedding_bag(m.tensor([0.0, 1]), m.ones(4, 3), m.tensor([0])),
    lambda m: m.nn.functional.embedding_bag(m.tensor([[0, 1]]), m.ones(4, 3), mode="min"),
    lambda m: m.nn.functional.embedding_bag(m.tensor([[0, 1]]), m.ones(4, 3), mode="max", scale_grad_by_freq=True),
    lambda m: m.nn.functional.embedding_bag(m.tensor([[0, 1]]), m.ones(4, 3), padding_idx=7),
    lambda m: m.nn.functional.embedding_bag(m.tensor([[0, 1]]), m.ones(4, 3), per_sample_weights=m.ones(2), mode="sum"),
    lambda m: m.nn.Embedding(4, 3, padding_idx=9),
    lambda m: m.nn.Embedding(4, 3, _weight=m.ones(4)),
    lambda m: m.nn.EmbeddingBag(4, 3, _weight=m.ones(3, 3)),
    lambda m: m.nn.Embedding.from_pretrained(m.ones(4)),
]
# fmt: on


@pytest.mark.parametrize("program", REFUSED)
def test_refuses_what_pytorch_refuses(program: Callable[..., Any], torch: ModuleType) -> None:
    raises_alike(program, torch)


# fmt: off
REFUSED_WITH_THE_FIX: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: F.embedding_bag(mg.tensor([[0, 1]]), mg.ones(4, 3), mg.tensor([0])), ValueError, "offsets has to be None"),
    (lambda: F.embedding_bag(mg.tensor([0, 1]), mg.ones(4, 3), mg.tensor([1])), RuntimeError, "offsets[0] has to be 0"),
    (lambda: F.embedding_bag(mg.tensor([0, 1]), mg.ones(4, 3), mg.tensor([0.0])), RuntimeError, "Use offsets.long()"),
    (lambda: F.embedding_bag(mg.tensor([[0, 1]]), mg.ones(4, 3), per_sample_weights=mg.ones(1, 2)), NotImplementedError, "mode='sum'"),
    (lambda: F.embedding_bag(mg.tensor([0, 1, 2]), mg.ones(4, 3), mg.tensor([0, 2, 1])), RuntimeError, "not decrease"),
    (lambda: F.embedding_bag(mg.tensor([[0, 9]]), mg.ones(4, 3)), IndexError, "9 is not among the rows, 0 to 3"),
    (lambda: F.embedding_bag(mg.tensor([[0]]), mg.ones(4, 3).double(), per_sample_weights=mg.ones(1, 1), mode="sum"), RuntimeError, "same type"),
    (lambda: F.embedding_bag(mg.tensor([[0]]), mg.ones(4, 3).long()), RuntimeError, "x.float()"),
    (lambda: F.embedding(mg.tensor([9]), mg.ones(4, 3), max_norm=1.0), IndexError, "9 is not among the rows, 0 to 3"),
    (lambda: F.embedding(mg.tensor([0]), mg.ones(4, 3), sparse=True), NotImplementedError, "no sparse gradients"),
    (lambda: F.embedding_bag(mg.tensor([[0]]), mg.ones(4, 3), sparse=True), NotImplementedError, "no sparse gradients"),
    (lambda: mg.nn.Embedding(4, 3, sparse=True), NotImplementedError, "Leave sparse=True out"),
    (lambda: mg.nn.EmbeddingBag(4, 3, sparse=True), NotImplementedError, "Leave sparse=True out"),
    (lambda: mg.nn.EmbeddingBag(4, 3, padding_idx=9), AssertionError, "must be within num_embeddings"),
]
# fmt: on


@pytest.mark.parametrize(("program", "error", "words"), REFUSED_WITH_THE_FIX)
def test_refuses_with_the_fix(program: Callable[[], Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error) as caught:
        program()
    assert words in str(caught.value)
