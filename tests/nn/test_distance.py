"""Distances, angles, lengths and bilinear maps beside PyTorch's."""

from __future__ import annotations

import math
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

NORMS = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, math.inf]

PAIRS = [
    ((3, 4), (3, 4)),
    ((3, 4), (1, 4)),
    ((3, 4), (4,)),
    ((2, 3, 4), (3, 4)),
    ((4,), (4,)),
    ((0, 4), (0, 4)),
    ((), ()),
]


@pytest.mark.parametrize("shapes", PAIRS, ids=str)
@pytest.mark.parametrize("p", [*NORMS, -1.0])
def test_pairwise_distance_is_pytorchs(
    shapes: tuple[tuple[int, ...], ...], p: float, torch: ModuleType, rng: np.random.Generator
) -> None:
    """(PyTorch's gradient of the 0-norm is None, and ours 0.)"""
    arrays = [rng.normal(size=shape) for shape in shapes]

    def program(m: Any, a: Any, b: Any) -> Any:
        return m.nn.functional.pairwise_distance(*((a, b) if p else (a.detach(), b.detach())), p)

    computes_alike(program, torch, arrays)


@pytest.mark.parametrize("options", [{"eps": 0.0}, {"eps": 0.1}, {"keepdim": True}], ids=str)
def test_pairwise_distance_with_options(options: dict[str, Any], torch: ModuleType, rng: np.random.Generator) -> None:
    arrays = [rng.normal(size=(3, 4)), rng.normal(size=(3, 4))]
    computes_alike(lambda m, a, b: m.nn.functional.pairwise_distance(a, b, **options), torch, arrays)
    assert_same(
        mg.nn.PairwiseDistance(**options)(*map(mg.tensor, arrays)),
        torch.nn.PairwiseDistance(**options)(*map(torch.tensor, arrays)),
    )


@pytest.mark.parametrize("p", [1.0, 2.0, 3.0, math.inf])
def test_equal_points_get_no_gradient(p: float, torch: ModuleType) -> None:
    point = np.array([[1.0, 2.0]])
    computes_alike(lambda m, a, b: m.nn.functional.pairwise_distance(a, b, p, eps=0.0), torch, [point, point])


def test_largest_sizes_share_the_gradient(torch: ModuleType) -> None:
    computes_alike(
        lambda m, a: m.nn.functional.pairwise_distance(a, m.zeros(1).to(a.dtype), math.inf, eps=0.0),
        torch,
        [np.array([[1.0, -1.0, 0.5]])],
    )


@pytest.mark.parametrize("p", NORMS)
@pytest.mark.parametrize("rows", [2, 5])
def test_pdist_is_pytorchs(p: float, rows: int, torch: ModuleType, rng: np.random.Generator) -> None:
    computes_alike(lambda m, a: m.nn.functional.pdist(a, p), torch, [rng.normal(size=(rows, 3))])


@pytest.mark.parametrize("rows", [0, 1])
def test_pdist_of_no_pair(rows: int, torch: ModuleType) -> None:
    """(PyTorch's gradient of it is a segmentation fault.)"""
    x = mg.ones(rows, 3, requires_grad=True)
    y = F.pdist(x)
    assert_same(y.detach(), torch.nn.functional.pdist(torch.ones(rows, 3)))
    y.sum().backward()
    assert x.grad.equal(mg.zeros(rows, 3))


@pytest.mark.parametrize("shapes", PAIRS[:-1], ids=str)
@pytest.mark.parametrize("dim", [0, 1, -1])
def test_cosine_similarity_is_pytorchs(
    shapes: tuple[tuple[int, ...], ...], dim: int, torch: ModuleType, rng: np.random.Generator
) -> None:
    if dim == 1 and shapes == ((4,), (4,)):
        dim = 0
    arrays = [rng.normal(size=shape) for shape in shapes]
    computes_alike(lambda m, a, b: m.nn.functional.cosine_similarity(a, b, dim=dim), torch, arrays)


def test_cosine_of_a_zero_vector(torch: ModuleType) -> None:
    arrays = [np.zeros((1, 3)), np.array([[1.0, 2.0, 2.0]])]
    computes_alike(lambda m, a, b: m.nn.functional.cosine_similarity(a, b), torch, arrays)
    computes_alike(lambda m, a, b: m.nn.functional.cosine_similarity(a, b, eps=0.5), torch, arrays)


def test_cosine_similarity_module(torch: ModuleType, rng: np.random.Generator) -> None:
    arrays = [rng.normal(size=(3, 4)), rng.normal(size=(3, 4))]
    computes_alike(lambda m, a, b: m.nn.CosineSimilarity(0, eps=1e-6)(a, b), torch, arrays)
    assert repr(mg.nn.CosineSimilarity()) == repr(torch.nn.CosineSimilarity())
    assert repr(mg.nn.PairwiseDistance()) == repr(torch.nn.PairwiseDistance())


@pytest.mark.parametrize("p", NORMS)
@pytest.mark.parametrize("dim", [0, 1, -1, (0, 1), None], ids=str)
def test_normalize_is_pytorchs(p: float, dim: Any, torch: ModuleType, rng: np.random.Generator) -> None:
    computes_alike(lambda m, a: m.nn.functional.normalize(a, p, dim), torch, [rng.normal(size=(3, 4, 2))])


def test_normalize_of_short_vectors(torch: ModuleType) -> None:
    arrays = [np.array([[0.0, 0.0], [3.0, 4.0], [0.3, 0.4]])]
    computes_alike(lambda m, a: m.nn.functional.normalize(a), torch, arrays)
    computes_alike(lambda m, a: m.nn.functional.normalize(a, eps=2.0), torch, arrays)


def test_normalize_into_a_tensor(torch: ModuleType) -> None:
    for m in (mg, torch):
        out = m.zeros(1, 2)
        assert m.nn.functional.normalize(m.tensor([[3.0, 4.0]]), out=out) is out
        np.testing.assert_allclose(out.numpy(), [[0.6, 0.8]], rtol=1e-6)


@given(st.integers(0, 3), st.integers(1, 4), st.sampled_from([1.0, 2.0, 3.0, math.inf]))
def test_normalized_vectors_have_length_one(rows: int, size: int, p: float) -> None:
    x = np.random.default_rng(0).normal(size=(rows, size))
    y = F.normalize(mg.tensor(x), p)
    np.testing.assert_allclose(np.linalg.norm(y.numpy(), p, axis=1), np.ones(rows), rtol=1e-12)
    np.testing.assert_allclose(F.cosine_similarity(y, mg.tensor(x)).numpy(), np.ones(rows), rtol=1e-7)


@pytest.mark.parametrize("dtypes", [("float32", "float64"), ("int64", "float32"), ("int64", "int64")], ids=str)
@pytest.mark.parametrize("name", ["pairwise_distance", "cosine_similarity"])
def test_dtypes_are_pytorchs(name: str, dtypes: tuple[str, str], torch: ModuleType) -> None:
    if name == "cosine_similarity" and dtypes == ("int64", "int64"):
        return
    arrays = [np.array([[1, 2]], dtype) for dtype in dtypes]
    assert_same(*(getattr(m.nn.functional, name)(*map(m.tensor, arrays)) for m in (mg, torch)))


# -- bilinear ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [(), (5,), (2, 3), (0,)])
@pytest.mark.parametrize("bias", [True, False])
def test_bilinear_is_pytorchs(batch: tuple[int, ...], bias: bool, torch: ModuleType, rng: np.random.Generator) -> None:
    shapes = [(*batch, 3), (*batch, 4), (2, 3, 4), *([(2,)] if bias else [])]
    computes_alike(lambda m, *xs: m.nn.functional.bilinear(*xs), torch, [rng.normal(size=s) for s in shapes])


@pytest.mark.parametrize("bias", [True, False])
def test_bilinear_module_is_pytorchs(bias: bool, torch: ModuleType, rng: np.random.Generator) -> None:
    theirs, ours = (m.nn.Bilinear(3, 4, 2, bias, dtype=m.float64) for m in (torch, mg))
    ours.load_state_dict(theirs.state_dict())
    assert repr(ours) == repr(theirs)
    arrays = [rng.normal(size=(5, 3)), rng.normal(size=(5, 4))]
    for layer, m in ((ours, mg), (theirs, torch)):
        (layer(*map(m.tensor, arrays)) ** 2).sum().backward()
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert_same(mine.grad, other.grad)


def test_bilinear_starts_uniform() -> None:
    mg.manual_seed(0)
    layer = mg.nn.Bilinear(25, 40, 30)
    for numbers in (layer.weight.detach().numpy(), layer.bias.detach().numpy()):
        assert 0.17 < np.abs(numbers).max() <= 0.2
    assert abs(layer.weight.detach().numpy().std() - 0.2 / 3**0.5) < 0.002


@pytest.mark.parametrize("size", [(2, 3), (1, 6), (2, -1), (-1, 2), [3, 2], (6,)], ids=str)
@pytest.mark.parametrize("dim", [1, -1, 2])
def test_unflatten_is_pytorchs(dim: int, size: Any, torch: ModuleType) -> None:
    shape = (2, 5, 6) if dim != 1 else (2, 6, 5)
    x = np.arange(60.0).reshape(shape)
    computes_alike(lambda m, x: m.nn.Unflatten(dim, size)(x), torch, [x])
    assert repr(mg.nn.Unflatten(dim, size)) == repr(torch.nn.Unflatten(dim, size))


def test_unflatten_undoes_flatten() -> None:
    x = mg.arange(24).reshape(2, 3, 4)
    assert mg.nn.Unflatten(1, (3, 4))(mg.nn.Flatten()(x)).equal(x)


REFUSED: list[Callable[[Any], Any]] = [
    lambda m: m.nn.functional.pairwise_distance(m.ones(3, 4), m.ones(3, 5)),
    lambda m: m.nn.functional.pdist(m.ones(3)),
    lambda m: m.nn.functional.pdist(m.ones(3, 4), -1.0),
    lambda m: m.nn.functional.pdist(m.ones(3, 4).long()),
    lambda m: m.nn.functional.cosine_similarity(m.ones(4), m.ones(4)),
    lambda m: m.nn.functional.cosine_similarity(m.ones(3, 4), m.ones(3, 5)),
    lambda m: m.nn.functional.cosine_similarity(m.ones(3, 4), m.ones(3, 4), dim=5),
    lambda m: m.nn.functional.cosine_similarity(m.ones(3, 4).long(), m.ones(3, 4).long()),
    lambda m: m.nn.functional.normalize(m.ones(4)),
    lambda m: m.nn.functional.normalize(m.ones(3, 4).long()),
    lambda m: m.nn.functional.normalize(m.ones(3, 4, requires_grad=True), out=m.ones(3, 4)),
    lambda m: m.nn.functional.bilinear(m.ones(2, 4), m.ones(2, 4), m.ones(5, 3, 4)),
    lambda m: m.nn.functional.bilinear(m.ones(2, 3), m.ones(2, 3), m.ones(5, 3, 4)),
    lambda m: m.nn.functional.bilinear(m.ones(2, 3), m.ones(1, 4), m.ones(5, 3, 4)),
    lambda m: m.nn.functional.bilinear(m.ones(2, 3), m.ones(4), m.ones(5, 3, 4)),
    lambda m: m.nn.functional.bilinear(m.ones(2, 3), m.ones(2, 4), m.ones(5, 3, 4), m.ones(4)),
    lambda m: m.nn.Bilinear(0, 3, 4),
    lambda m: m.nn.Unflatten(1, 3),
    lambda m: m.nn.Unflatten(1, (2, 3.0)),
    lambda m: m.nn.Unflatten(1, (2, 4))(m.ones(2, 6)),
    lambda m: m.nn.Unflatten(1, ())(m.ones(2, 6)),
    lambda m: m.nn.Unflatten(3, (2, 3))(m.ones(2, 6)),
]


@pytest.mark.parametrize("program", REFUSED)
def test_refuses_what_pytorch_refuses(program: Callable[..., Any], torch: ModuleType) -> None:
    raises_alike(program, torch)


# fmt: off
REFUSED_WITH_THE_FIX: list[tuple[Callable[[], Any], str]] = [
    (lambda: F.pairwise_distance(mg.tensor([True]), mg.tensor([True])), "Subtraction"),
    (
        lambda: F.bilinear(mg.ones(2, 3).double(), mg.ones(2, 4), mg.ones(5, 3, 4)),
        "All tensors must have the same dtype",
    ),
    (lambda: F.bilinear(mg.ones(2, 3), mg.ones(2, 4), mg.ones(3, 4)), "a weight is (out, in1, in2)"),
    (lambda: F.bilinear(mg.ones(()), mg.ones(()), mg.ones(5, 3, 4)), "input1 size does not match"),
    (lambda: mg.nn.Unflatten(1, (-1, -1))(mg.ones(2, 6)), "multiply up"),
    (lambda: mg.nn.Unflatten(1, (-1, 4))(mg.ones(2, 6)), "multiply up"),
]
# fmt: on


@pytest.mark.parametrize(("program", "words"), REFUSED_WITH_THE_FIX)
def test_refuses_with_the_fix(program: Callable[[], Any], words: str) -> None:
    with pytest.raises(RuntimeError) as caught:
        program()
    assert words in str(caught.value)
