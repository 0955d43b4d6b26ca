"""Losses: values and gradients beside PyTorch's over their arguments, and what they refuse."""

# ruff: noqa: E501 (a table has one line a row)

from __future__ import annotations

import itertools
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy import ndarray

import micrograd_nb as mg
import micrograd_nb.nn.functional as F
from tests.autograd.reference import assert_close, assert_same
from tests.nn.alike import computes_alike, error_of, raises_alike

REDUCTIONS = ["mean", "sum", "none"]

every_reduction = pytest.mark.parametrize("reduction", REDUCTIONS)
pytestmark = [
    pytest.mark.filterwarnings("ignore:reduction. 'mean' divides"),
    pytest.mark.filterwarnings("ignore:Using a target size"),
]


def like(m: Any, numbers: Any, x: Any) -> Any:
    """Numbers as a tensor of the dtype of another."""
    return m.tensor(numbers, dtype=x.dtype)


# -- of numbers and of probabilities -----------------------------------------------------------------------------------

# fmt: off
ELEMENTWISE: dict[str, Callable[..., Any]] = {
    "mse_loss":         lambda m, x, t, **o: m.nn.functional.mse_loss(x, t, **o),
    "mse_loss, weight": lambda m, x, t, **o: m.nn.functional.mse_loss(x, t, weight=(t.detach() * t.detach()), **o),
    "l1_loss":          lambda m, x, t, **o: m.nn.functional.l1_loss(x, t, **o),
    "l1_loss, weight":  lambda m, x, t, **o: m.nn.functional.l1_loss(x, t, weight=x.detach() * x.detach(), **o),
    "smooth_l1_loss":   lambda m, x, t, **o: m.nn.functional.smooth_l1_loss(x, t, **o),
    "smooth_l1_loss, beta": lambda m, x, t, **o: m.nn.functional.smooth_l1_loss(x, t, beta=0.3, **o),
    "smooth_l1_loss, 0": lambda m, x, t, **o: m.nn.functional.smooth_l1_loss(x, t, beta=0.0, **o),
    "huber_loss":       lambda m, x, t, **o: m.nn.functional.huber_loss(x, t, **o),
    "huber_loss, delta": lambda m, x, t, **o: m.nn.functional.huber_loss(x, t, delta=0.3, **o),
    "huber_loss, weight": lambda m, x, t, **o: m.nn.functional.huber_loss(x, t, weight=t.detach() * t.detach(), **o),
    "bce":              lambda m, x, t, **o: m.nn.functional.binary_cross_entropy(m.sigmoid(x), m.sigmoid(t), **o),
    "bce, weight":      lambda m, x, t, **o: m.nn.functional.binary_cross_entropy(m.sigmoid(x), m.sigmoid(t), like(m, 2.0, x), **o),
    "bce with logits":  lambda m, x, t, **o: m.nn.functional.binary_cross_entropy_with_logits(x, t, **o),
    "bce with logits, weight": lambda m, x, t, **o: m.nn.functional.binary_cross_entropy_with_logits(x, t, like(m, 0.5, x), **o),
    "bce with logits, pos_weight": lambda m, x, t, **o: m.nn.functional.binary_cross_entropy_with_logits(x, t, pos_weight=like(m, 3.0, x), **o),
    "kl_div":           lambda m, x, t, **o: m.nn.functional.kl_div(x, m.sigmoid(t), **o),
    "kl_div, log":      lambda m, x, t, **o: m.nn.functional.kl_div(x, t, log_target=True, **o),
    "poisson":          lambda m, x, t, **o: m.nn.functional.poisson_nll_loss(x, t * t, **o),
    "poisson, counts":  lambda m, x, t, **o: m.nn.functional.poisson_nll_loss(x * x + 0.1, t * t, log_input=False, **o),
    "poisson, full":    lambda m, x, t, **o: m.nn.functional.poisson_nll_loss(x, 3 * t * t + 0.1, full=True, **o),
    "poisson, eps":     lambda m, x, t, **o: m.nn.functional.poisson_nll_loss(x * x, t, False, eps=0.5, **o),
    "gaussian":         lambda m, x, t, **o: m.nn.functional.gaussian_nll_loss(x, t, x * x + t * t, **o),
    "gaussian, number": lambda m, x, t, **o: m.nn.functional.gaussian_nll_loss(x, t, 0.5, **o),
    "gaussian, full":   lambda m, x, t, **o: m.nn.functional.gaussian_nll_loss(x, t, t * t, full=True, **o),
    "gaussian, eps":    lambda m, x, t, **o: m.nn.functional.gaussian_nll_loss(x, t, t * t, eps=1.0, **o),
    "hinge_embedding":  lambda m, x, t, **o: m.nn.functional.hinge_embedding_loss(x, signs(m, t), **o),
    "hinge_embedding, margin": lambda m, x, t, **o: m.nn.functional.hinge_embedding_loss(x, signs(m, t), margin=0.2, **o),
    "soft_margin":      lambda m, x, t, **o: m.nn.functional.soft_margin_loss(x, signs(m, t), **o),
    "margin_ranking":   lambda m, x, t, **o: m.nn.functional.margin_ranking_loss(x, t, signs(m, t), **o),
    "margin_ranking, margin": lambda m, x, t, **o: m.nn.functional.margin_ranking_loss(x, t, signs(m, t), margin=0.5, **o),
}
# fmt: on


def signs(m: Any, x: Any) -> Any:
    """1 and −1."""
    return 2 * (x.detach() > 0).to(x.dtype) - 1


@every_reduction
@pytest.mark.parametrize("shape", [(3, 4), (), (0, 4), (2, 3, 2)])
@pytest.mark.parametrize("program", ELEMENTWISE.values(), ids=ELEMENTWISE)
def test_loss_of_each_element_is_pytorchs(
    program: Callable[..., Any], shape: tuple[int, ...], reduction: str, torch: ModuleType, rng: np.random.Generator
) -> None:
    arrays = [rng.normal(size=shape), rng.normal(size=shape)]
    computes_alike(lambda m, x, t: program(m, x, t, reduction=reduction), torch, arrays)


@pytest.mark.parametrize("log_target", [False, True])
@pytest.mark.parametrize("shape", [(3, 4), (), (2, 3, 2), (0, 4)])
def test_batchmean_of_kl_div(
    shape: tuple[int, ...], log_target: bool, torch: ModuleType, rng: np.random.Generator
) -> None:
    arrays = [rng.normal(size=shape), rng.uniform(0.1, 1, shape)]
    options = {"reduction": "batchmean", "log_target": log_target}
    computes_alike(lambda m, x, t: m.nn.functional.kl_div(x, t, **options), torch, arrays)


def test_kl_div_of_a_probability_of_0(torch: ModuleType) -> None:
    arrays = [np.log(np.array([[0.5, 0.25, 0.25]])), np.array([[1.0, 0.0, 0.0]])]
    computes_alike(lambda m, x, t: m.nn.functional.kl_div(x, t.detach(), reduction="sum"), torch, arrays)


def test_kl_div_is_the_entropy_that_is_missing() -> None:
    p, q = mg.tensor([[0.5, 0.5], [0.9, 0.1]]), mg.tensor([[0.25, 0.75], [0.9, 0.1]])
    expected = (p * (p / q).log()).sum() / 2
    assert_close(F.kl_div(q.log(), p, reduction="batchmean"), expected)


@pytest.mark.parametrize("size", [(3,), (3, 1), (1, 4), (3, 4)], ids=str)
def test_shapes_of_a_variance(size: tuple[int, ...], torch: ModuleType, rng: np.random.Generator) -> None:
    arrays = [rng.normal(size=(3, 4)), rng.normal(size=(3, 4)), rng.uniform(0.1, 2, size)]
    computes_alike(
        lambda m, x, t, v: m.nn.functional.gaussian_nll_loss(x, t, v, reduction="none"), torch, arrays, ["float64"]
    )


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"])
@pytest.mark.parametrize("shapes", [((2, 1), (2,)), ((3,), (2, 3))], ids=str)
def test_other_sizes_are_warned_of_as_by_pytorch(
    name: str, shapes: tuple[tuple[int, ...], ...], torch: ModuleType, rng: np.random.Generator
) -> None:
    arrays = [rng.normal(size=s) for s in shapes]

    def program(m: Any, x: Any, t: Any) -> Any:
        with pytest.warns(UserWarning, match="Using a target size") as caught:
            loss = getattr(m.nn.functional, name)(x, t)
        said.append(str(caught[0].message).replace("torch.Size", "micrograd_nb.Size"))
        assert caught[0].filename == __file__
        return loss

    said: list[str] = []
    computes_alike(program, torch, arrays)
    assert len(set(said)) == 1


@pytest.mark.parametrize("dtypes", [("float32", "float64"), ("float64", "float32"), ("float32", "int64")], ids=str)
@pytest.mark.parametrize(
    "name", ["mse_loss", "l1_loss", "smooth_l1_loss", "margin_ranking_loss", "hinge_embedding_loss"]
)
def test_dtypes_are_pytorchs(name: str, dtypes: tuple[str, str], torch: ModuleType) -> None:
    arrays = [np.array([1.5, 2.0]).astype(dtypes[0]), np.array([1.0, -1.0]).astype(dtypes[1])]

    def run(m: Any) -> Any:
        x, t = map(m.tensor, arrays)
        extra = (m.tensor([1.0, -1.0]),) if name == "margin_ranking_loss" else ()
        return getattr(m.nn.functional, name)(x, t, *extra)

    assert_same(run(mg), run(torch))


@pytest.mark.parametrize("size", [1000.0, 1e30])
@pytest.mark.parametrize("target", [0.0, 1.0, 0.25])
@pytest.mark.parametrize("sign", [1, -1])
def test_bce_with_logits_takes_any_logit(size: float, target: float, sign: int, torch: ModuleType) -> None:
    arrays = [np.array([sign * size]), np.array([target])]
    computes_alike(lambda m, x, t: m.nn.functional.binary_cross_entropy_with_logits(x, t.detach()), torch, arrays)


def test_bce_of_certainty(torch: ModuleType) -> None:
    """The logarithm of 0 passes for −100."""
    arrays = [np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.0, 1.0, 1.0, 0.0])]
    computes_alike(lambda m, x, t: m.nn.functional.binary_cross_entropy(x, t.detach(), reduction="none"), torch, arrays)


def test_soft_margin_loss_does_not_overflow() -> None:
    x = mg.tensor([-2000.0, 2000.0], requires_grad=True)
    loss = F.soft_margin_loss(x, mg.ones(2), reduction="sum")
    loss.backward()
    assert (loss.item(), x.grad.tolist()) == (2000.0, [-1.0, 0.0])


@given(st.integers(0, 3), st.integers(1, 4), st.sampled_from(["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"]))
def test_mean_and_sum_are_those_of_the_single_losses(rows: int, columns: int, name: str) -> None:
    rng = np.random.default_rng(rows)
    x, t = (mg.tensor(rng.normal(size=(rows, columns))) for _ in range(2))
    mean, total, each = (getattr(F, name)(x, t, reduction=r) for r in REDUCTIONS)
    np.testing.assert_allclose(total.item(), each.numpy().sum(), rtol=1e-12)
    np.testing.assert_allclose(mean.item(), each.numpy().mean() if each.numel() else np.nan, rtol=1e-12)


# -- of classes --------------------------------------------------------------------------------------------------------

CLASSES = 4
SHAPES = [(5, CLASSES), (CLASSES,), (3, CLASSES, 2), (2, CLASSES, 2, 3), (2, CLASSES, 2, 1, 2), (0, CLASSES)]


def right_classes(shape: tuple[int, ...], rng: np.random.Generator) -> ndarray:
    return np.asarray(rng.integers(0, CLASSES, shape[:1] + shape[2:] if len(shape) > 1 else ()))


@every_reduction
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize("ignore", [-100, 2])
@pytest.mark.parametrize("name", ["nll_loss", "cross_entropy"])
def test_loss_of_classes_is_pytorchs(
    name: str,
    ignore: int,
    weighted: bool,
    shape: tuple[int, ...],
    reduction: str,
    torch: ModuleType,
    rng: np.random.Generator,
) -> None:
    target = right_classes(shape, rng)

    def program(m: Any, x: Any) -> Any:
        weight = like(m, [0.5, 2.0, 1.0, 0.25], x) if weighted else None
        return getattr(m.nn.functional, name)(x, m.tensor(target), weight, ignore_index=ignore, reduction=reduction)

    computes_alike(program, torch, [rng.normal(size=shape)])


@every_reduction
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize("ignore", [-100, 2])
@pytest.mark.parametrize("smoothing", [0.1, 1.0])
def test_label_smoothing_is_pytorchs(
    smoothing: float,
    ignore: int,
    weighted: bool,
    shape: tuple[int, ...],
    reduction: str,
    torch: ModuleType,
    rng: np.random.Generator,
) -> None:
    target = right_classes(shape, rng)

    def program(m: Any, x: Any) -> Any:
        weight = like(m, [0.5, 2.0, 1.0, 0.25], x) if weighted else None
        options = {"ignore_index": ignore, "reduction": reduction, "label_smoothing": smoothing}
        return m.nn.functional.cross_entropy(x, m.tensor(target), weight, **options)

    computes_alike(program, torch, [rng.normal(size=shape)])


@every_reduction
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_probabilities_of_classes_are_pytorchs(
    smoothing: float,
    weighted: bool,
    shape: tuple[int, ...],
    reduction: str,
    torch: ModuleType,
    rng: np.random.Generator,
) -> None:
    def program(m: Any, x: Any, p: Any) -> Any:
        weight = like(m, [0.5, 2.0, 1.0, 0.25], x) if weighted else None
        return m.nn.functional.cross_entropy(x, p, weight, reduction=reduction, label_smoothing=smoothing)

    computes_alike(program, torch, [rng.normal(size=shape), rng.uniform(size=shape)])


@pytest.mark.parametrize("dtype", ["int64", "uint8"])
def test_dtypes_of_targets(dtype: str, torch: ModuleType, rng: np.random.Generator) -> None:
    target = np.array([0, 3, 1], dtype)
    for name in ("nll_loss", "cross_entropy"):
        computes_alike(
            lambda m, x, name=name: getattr(m.nn.functional, name)(x, m.tensor(target)),
            torch,
            [rng.normal(size=(3, 4))],
        )


@pytest.mark.parametrize("targets", [[0, -100, 2], [-100, -100, -100]], ids=str)
@pytest.mark.parametrize("name", ["nll_loss", "cross_entropy"])
def test_minus_100_is_ignored_by_default(
    name: str, targets: list[int], torch: ModuleType, rng: np.random.Generator
) -> None:
    """Also in the cross-entropy that is fused into one operation, which looks at it only where it has to."""
    computes_alike(lambda m, x: getattr(m.nn.functional, name)(x, m.tensor(targets)), torch, [rng.normal(size=(3, 4))])


def test_ignored_rows_may_be_infinite(torch: ModuleType) -> None:
    x = np.log(np.array([[1.0, 0.0], [0.5, 0.5]]), where=[[True, False], [True, True]], out=np.full((2, 2), -np.inf))
    computes_alike(lambda m, x: m.nn.functional.nll_loss(x, m.tensor([1, 0]), ignore_index=1), torch, [x])


@given(st.integers(1, 6), st.integers(1, 5))
def test_ways_to_the_same_cross_entropy(n: int, classes: int) -> None:
    rng = np.random.default_rng(n)
    logits, target = mg.tensor(rng.normal(size=(n, classes))), mg.tensor(rng.integers(0, classes, n))
    fused = F.cross_entropy(logits, target)
    assert_close(F.nll_loss(F.log_softmax(logits, 1), target), fused)
    assert_close(F.cross_entropy(logits, target, reduction="none").mean(), fused)
    assert_close(F.cross_entropy(logits, F.one_hot(target, classes).double()), fused)
    assert_close(F.cross_entropy(logits, target, mg.ones(classes).double()), fused)
    assert_close(F.cross_entropy(logits.T[None], target[None]), fused)


def test_cross_entropy_of_large_logits(torch: ModuleType) -> None:
    x = np.array([[1e4, 0.0, -1e4], [0.0, 5e3, 1.0]])
    for reduction in REDUCTIONS:
        computes_alike(
            lambda m, x, r=reduction: m.nn.functional.cross_entropy(x, m.tensor([1, 1]), reduction=r), torch, [x]
        )


# -- of margins --------------------------------------------------------------------------------------------------------

RIGHT = [[3, 0, -1, 1], [-1, 0, 1, 2], [0, 1, 2, 3], [2, 2, -1, -1]]


@every_reduction
@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize("margin", [1.0, 0.3])
def test_multi_margin_loss_is_pytorchs(
    margin: float, weighted: bool, p: int, reduction: str, torch: ModuleType, rng: np.random.Generator
) -> None:
    def program(m: Any, x: Any) -> Any:
        weight = like(m, [0.5, 2.0, 1.0, 0.25], x) if weighted else None
        return m.nn.functional.multi_margin_loss(x, m.tensor([0, 3, 1, 3, 2]), p, margin, weight, reduction=reduction)

    computes_alike(program, torch, [rng.normal(size=(5, 4))])


@every_reduction
def test_multi_margin_loss_of_one_sample(reduction: str, torch: ModuleType, rng: np.random.Generator) -> None:
    for target in (2, [2]):
        computes_alike(
            lambda m, x, t=target: m.nn.functional.multi_margin_loss(x, m.tensor(t), reduction=reduction),
            torch,
            [rng.normal(size=4)],
        )


@every_reduction
@pytest.mark.parametrize("rows", [slice(None), 0, 1, 3], ids=str)
def test_multilabel_margin_loss_is_pytorchs(
    rows: Any, reduction: str, torch: ModuleType, rng: np.random.Generator
) -> None:
    x = rng.normal(size=(4, 4))[rows]
    computes_alike(
        lambda m, x: m.nn.functional.multilabel_margin_loss(x, m.tensor(RIGHT)[rows], reduction=reduction), torch, [x]
    )


@every_reduction
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize("shape", [(3, 4), (4,), (2, 3, 4)])
def test_multilabel_soft_margin_loss_is_pytorchs(
    shape: tuple[int, ...], weighted: bool, reduction: str, torch: ModuleType, rng: np.random.Generator
) -> None:
    def program(m: Any, x: Any, t: Any) -> Any:
        weight = like(m, [0.5, 2.0, 1.0, 0.25], x) if weighted else None
        return m.nn.functional.multilabel_soft_margin_loss(x, t, weight, reduction=reduction)

    computes_alike(program, torch, [rng.normal(size=shape), rng.uniform(size=shape)])


@every_reduction
@pytest.mark.parametrize("margin", [0.0, 0.4, -0.5])
def test_cosine_embedding_loss_is_pytorchs(
    margin: float, reduction: str, torch: ModuleType, rng: np.random.Generator
) -> None:
    arrays = [rng.normal(size=(4, 3)), rng.normal(size=(4, 3))]
    computes_alike(
        lambda m, a, b: m.nn.functional.cosine_embedding_loss(
            a, b, m.tensor([1, -1, -1, 1]), margin, reduction=reduction
        ),
        torch,
        arrays,
    )
    computes_alike(
        lambda m, a, b: m.nn.functional.cosine_embedding_loss(a[0], b[0], m.tensor(1), margin, reduction=reduction),
        torch,
        arrays,
    )


@every_reduction
@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("p", [1.0, 2.0, 3.0])
@pytest.mark.parametrize("shape", [(5, 3), (3,), (2, 4, 3)])
def test_triplet_margin_loss_is_pytorchs(
    shape: tuple[int, ...], p: float, swap: bool, reduction: str, torch: ModuleType, rng: np.random.Generator
) -> None:
    arrays = [rng.normal(size=shape) for _ in range(3)]
    computes_alike(
        lambda m, *xs: m.nn.functional.triplet_margin_loss(*xs, 0.7, p, 1e-3, swap, reduction=reduction), torch, arrays
    )


@every_reduction
@pytest.mark.parametrize("swap", [False, True])
def test_triplet_margin_loss_with_another_distance(
    swap: bool, reduction: str, torch: ModuleType, rng: np.random.Generator
) -> None:
    def city_block(a: Any, b: Any) -> Any:
        return (a - b).abs().sum(-1)

    arrays = [rng.normal(size=(5, 3)) for _ in range(3)]
    for distance in (None, city_block):
        options: dict[str, Any] = {"distance_function": distance, "margin": 2.0, "swap": swap, "reduction": reduction}
        computes_alike(
            lambda m, *xs, o=options: m.nn.functional.triplet_margin_with_distance_loss(*xs, **o), torch, arrays
        )


# -- connectionist temporal classification -----------------------------------------------------------------------------


def ctc(m: Any, x: Any, targets: Any, lengths: Any, target_lengths: Any, **options: Any) -> Any:
    tensors = [t if isinstance(t, tuple) else m.tensor(t) for t in (targets, lengths, target_lengths)]
    return m.nn.functional.ctc_loss(m.nn.functional.log_softmax(x, -1), *tensors, **options)


@every_reduction
@pytest.mark.parametrize("zero_infinity", [False, True])
@pytest.mark.parametrize("blank", [0, 2])
def test_ctc_loss_is_pytorchs(
    blank: int, zero_infinity: bool, reduction: str, torch: ModuleType, rng: np.random.Generator
) -> None:
    options = {"blank": blank, "reduction": reduction, "zero_infinity": zero_infinity}
    labels = rng.choice([k for k in range(5) if k != blank], (6, 4))
    lengths, target_lengths = [9, 7, 8, 9, 1, 9], [4, 3, 0, 1, 1, 2]
    flat = np.concatenate([row[:n] for row, n in zip(labels, target_lengths, strict=True)])
    for targets in (labels, flat):
        for as_given in (list, tuple):
            computes_alike(
                lambda m, x, t=targets, g=as_given: ctc(m, x, t, g(lengths), g(target_lengths), **options),
                torch,
                [rng.normal(size=(9, 6, 5))],
            )


@every_reduction
def test_ctc_loss_of_one_sample(reduction: str, torch: ModuleType, rng: np.random.Generator) -> None:
    computes_alike(lambda m, x: ctc(m, x, [1, 1, 2], 6, 3, reduction=reduction), torch, [rng.normal(size=(6, 4))])


@pytest.mark.parametrize("zero_infinity", [False, True])
def test_ctc_loss_of_targets_that_do_not_fit(zero_infinity: bool, torch: ModuleType, rng: np.random.Generator) -> None:
    """Two equal labels need a blank between them: three moments."""
    x = rng.normal(size=(4, 3, 3))
    arguments = ([[1, 1], [1, 2], [2, 2]], [2, 2, 0], [2, 2, 2])
    options = {"zero_infinity": zero_infinity, "reduction": "none"}
    ours, theirs = (ctc(m, m.tensor(x), *arguments, **options) for m in (mg, torch))
    assert_same(ours, theirs)
    assert np.isinf(ours.numpy()).tolist() == [not zero_infinity, False, not zero_infinity]
    if zero_infinity:
        computes_alike(lambda m, x: ctc(m, x, *arguments, **options), torch, [x])
    else:
        logits = mg.tensor(x, requires_grad=True)
        ctc(mg, logits, *arguments, **options).sum().backward()
        assert np.isnan(logits.grad.numpy()[:, 0]).any()
        assert np.isfinite(logits.grad.numpy()[:, 1]).all()


def test_ctc_gradient_is_the_derivative(rng: np.random.Generator) -> None:
    """With respect to `log_probs`, as it stands; PyTorch's is that of the logits below."""
    log_probs = mg.tensor(rng.normal(size=(5, 2, 3)) - 3, requires_grad=True)
    arguments = [mg.tensor(x) for x in ([[1, 2], [2, 2]], [5, 4], [2, 2])]
    assert mg.autograd.gradcheck(lambda x: F.ctc_loss(x, *arguments), (log_probs,))


@given(st.lists(st.integers(1, 2), max_size=3), st.integers(1, 4))
def test_ctc_loss_adds_up_all_paths(labels: list[int], time: int) -> None:
    rng = np.random.default_rng(0)
    log_p = F.log_softmax(mg.tensor(rng.normal(size=(time, 3))), -1)
    loss = F.ctc_loss(
        log_p, mg.tensor(np.array(labels, np.int64)), mg.tensor(time), mg.tensor(len(labels)), reduction="sum"
    )
    p = np.exp(log_p.numpy())
    reading = (
        path
        for path in itertools.product(range(3), repeat=time)
        if [k for k, _ in itertools.groupby(path) if k] == labels
    )
    total = sum(np.prod(p[range(time), path]) for path in reading)
    np.testing.assert_allclose(np.exp(-loss.item()), total, atol=1e-12)


# -- modules -----------------------------------------------------------------------------------------------------------

WEIGHT = [0.5, 2.0, 1.0, 0.25]


def three(m: Any, x: Any, t: Any) -> Any:
    return x, t, x[m.tensor([2, 0, 1])]


# fmt: off
MODULES: dict[str, tuple[Callable[[Any], Any], Callable[[Any, Any, Any], Any]]] = {
    "MSELoss":              (lambda m: m.nn.MSELoss(),                          lambda m, x, t: (x, t)),
    "MSELoss, sum":         (lambda m: m.nn.MSELoss(reduction="sum"),           lambda m, x, t: (x, t)),
    "L1Loss":               (lambda m: m.nn.L1Loss(reduction="none"),           lambda m, x, t: (x, t)),
    "SmoothL1Loss":         (lambda m: m.nn.SmoothL1Loss(beta=0.5),             lambda m, x, t: (x, t)),
    "HuberLoss":            (lambda m: m.nn.HuberLoss("sum", 0.5),              lambda m, x, t: (x, t)),
    "PoissonNLLLoss":       (lambda m: m.nn.PoissonNLLLoss(full=True),          lambda m, x, t: (x, t * t + 0.5)),
    "PoissonNLLLoss, counts": (lambda m: m.nn.PoissonNLLLoss(False, eps=0.1),   lambda m, x, t: (x * x, t * t)),
    "GaussianNLLLoss":      (lambda m: m.nn.GaussianNLLLoss(full=True, eps=0.1), lambda m, x, t: (x, t, t * t)),
    "BCELoss":              (lambda m: m.nn.BCELoss(m.tensor(WEIGHT)),          lambda m, x, t: (x.sigmoid(), t.sigmoid())),
    "BCEWithLogitsLoss":    (lambda m: m.nn.BCEWithLogitsLoss(m.tensor(WEIGHT), pos_weight=m.tensor(WEIGHT)), lambda m, x, t: (x, t)),
    "KLDivLoss":            (lambda m: m.nn.KLDivLoss(reduction="batchmean", log_target=True), lambda m, x, t: (x, t)),
    "MultiLabelSoftMarginLoss": (lambda m: m.nn.MultiLabelSoftMarginLoss(m.tensor(WEIGHT)), lambda m, x, t: (x, t.sigmoid())),
    "CrossEntropyLoss":     (lambda m: m.nn.CrossEntropyLoss(),                 lambda m, x, t: (x, m.tensor([0, 3, 1]))),
    "CrossEntropyLoss, all": (lambda m: m.nn.CrossEntropyLoss(m.tensor(WEIGHT), None, 1, None, "sum", 0.1), lambda m, x, t: (x, m.tensor([0, 3, 1]))),
    "NLLLoss":              (lambda m: m.nn.NLLLoss(m.tensor(WEIGHT), ignore_index=3), lambda m, x, t: (x, m.tensor([0, 3, 1]))),
    "CTCLoss":              (lambda m: m.nn.CTCLoss(blank=3, zero_infinity=True), lambda m, x, t: (m.log_softmax(x, -1), m.tensor([1, 2]), m.tensor(3), m.tensor(2))),
    "HingeEmbeddingLoss":   (lambda m: m.nn.HingeEmbeddingLoss(0.5),            lambda m, x, t: (x, signs(m, t))),
    "SoftMarginLoss":       (lambda m: m.nn.SoftMarginLoss(),                   lambda m, x, t: (x, signs(m, t))),
    "MarginRankingLoss":    (lambda m: m.nn.MarginRankingLoss(0.5),             lambda m, x, t: (x, t, signs(m, t))),
    "MultiMarginLoss":      (lambda m: m.nn.MultiMarginLoss(2, 0.5, m.tensor(WEIGHT)), lambda m, x, t: (x, m.tensor([0, 3, 1]))),
    "MultiLabelMarginLoss": (lambda m: m.nn.MultiLabelMarginLoss(),             lambda m, x, t: (x, m.tensor(RIGHT[:3]))),
    "CosineEmbeddingLoss":  (lambda m: m.nn.CosineEmbeddingLoss(0.1),           lambda m, x, t: (x, t, m.tensor([1, -1, 1]))),
    "TripletMarginLoss":    (lambda m: m.nn.TripletMarginLoss(2.0, 1.0, swap=True), three),
    "TripletMarginWithDistanceLoss": (lambda m: m.nn.TripletMarginWithDistanceLoss(margin=2.0), three),
}
# fmt: on


@pytest.mark.parametrize("name", MODULES)
def test_module_is_pytorchs(name: str, torch: ModuleType, rng: np.random.Generator) -> None:
    make, inputs = MODULES[name]

    def program(m: Any, x: Any, t: Any) -> Any:
        return make(m)(*inputs(m, x, t))

    computes_alike(program, torch, [rng.normal(size=(3, 4)), rng.normal(size=(3, 4))], ["float32"])
    assert repr(make(mg)) == repr(make(torch))
    assert list(make(mg).state_dict()) == list(make(torch).state_dict())


# -- refusals ----------------------------------------------------------------------------------------------------------

WITH_REDUCTION = [
    "MSELoss", "L1Loss", "SmoothL1Loss", "PoissonNLLLoss", "BCELoss", "BCEWithLogitsLoss", "KLDivLoss",
    "MultiLabelSoftMarginLoss", "CrossEntropyLoss", "NLLLoss", "HingeEmbeddingLoss", "SoftMarginLoss",
    "MarginRankingLoss", "MultiMarginLoss", "MultiLabelMarginLoss", "CosineEmbeddingLoss", "TripletMarginLoss",
]  # fmt: skip


@pytest.mark.parametrize("name", WITH_REDUCTION)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"size_average": True}, "reduction='mean'"),
        ({"size_average": False}, "reduction='sum'"),
        ({"reduce": False}, "reduction='none'"),
        ({"size_average": False, "reduce": True}, "reduction='sum'"),
        ({"size_average": True, "reduce": False}, "reduction='none'"),
    ],
)
def test_deprecated_arguments_are_refused_with_what_to_write(name: str, old: dict[str, Any], new: str) -> None:
    with pytest.raises(TypeError, match="deprecated") as caught:
        getattr(mg.nn, name)(**old)
    assert new in str(caught.value)


FUNCTIONS_WITH_REDUCTION: dict[str, Callable[..., Any]] = {
    **ELEMENTWISE,
    "multi_margin": lambda m, x, t, **o: m.nn.functional.multi_margin_loss(x, m.tensor([0, 3, 1]), **o),
    "multilabel_margin": lambda m, x, t, **o: m.nn.functional.multilabel_margin_loss(x, m.tensor(RIGHT[:3]), **o),
    "multilabel_soft_margin": lambda m, x, t, **o: m.nn.functional.multilabel_soft_margin_loss(x, t, **o),
    "cross_entropy": lambda m, x, t, **o: m.nn.functional.cross_entropy(x, m.tensor([0, 3, 1]), **o),
    "nll_loss": lambda m, x, t, **o: m.nn.functional.nll_loss(x, m.tensor([0, 3, 1]), **o),
    "cosine_embedding": lambda m, x, t, **o: m.nn.functional.cosine_embedding_loss(x, t, m.tensor([1, -1, 1]), **o),
    "triplet": lambda m, x, t, **o: m.nn.functional.triplet_margin_loss(x, t, x, **o),
    "triplet, distance": lambda m, x, t, **o: m.nn.functional.triplet_margin_with_distance_loss(x, t, x, **o),
    "ctc": lambda m, x, t, **o: ctc(m, x, [1], 3, 1, **o),
}


@pytest.mark.parametrize("program", FUNCTIONS_WITH_REDUCTION.values(), ids=FUNCTIONS_WITH_REDUCTION)
def test_unknown_reduction_is_refused(program: Callable[..., Any], torch: ModuleType) -> None:
    with pytest.raises(ValueError, match="avg is not a valid value for reduction: use one of none, mean, sum"):
        program(mg, mg.ones(3, 4), mg.ones(3, 4), reduction="avg")
    with pytest.raises(ValueError, match=r"avg|reduction"):
        program(torch, torch.ones(3, 4), torch.ones(3, 4), reduction="avg")


def test_modules_refuse_an_unknown_reduction_at_once() -> None:
    for name in (*WITH_REDUCTION, "HuberLoss", "GaussianNLLLoss", "CTCLoss", "TripletMarginWithDistanceLoss"):
        with pytest.raises(ValueError, match="avg is not a valid value for reduction"):
            getattr(mg.nn, name)(reduction="avg")
    assert mg.nn.KLDivLoss(reduction="batchmean").reduction == "batchmean"
    with pytest.raises(ValueError, match="none, mean, sum, batchmean"):
        mg.nn.KLDivLoss(reduction="avg")


def leaf(m: Any, *size: int) -> Any:
    return m.ones(*size, requires_grad=True)


# fmt: off
REFUSED: list[Callable[[Any], Any]] = [
    lambda m: m.nn.functional.mse_loss(m.ones(3, 4), m.ones(3, 4), weight=m.ones(4)),
    lambda m: m.nn.functional.l1_loss(m.ones(3, 4), m.ones(3, 4), weight=m.ones(4)),
    lambda m: m.nn.functional.huber_loss(m.ones(3, 4), m.ones(3, 4), weight=m.ones(4)),
    lambda m: m.nn.functional.smooth_l1_loss(m.ones(3), m.ones(3), beta=-1.0),
    lambda m: m.nn.functional.huber_loss(m.ones(3), m.ones(3), delta=0.0),
    lambda m: m.nn.functional.gaussian_nll_loss(m.ones(3), m.ones(3), -m.ones(3)),
    lambda m: m.nn.functional.gaussian_nll_loss(m.ones(3), m.ones(3), -1.0),
    lambda m: m.nn.functional.gaussian_nll_loss(m.ones(3, 4), m.ones(3, 4), m.ones(2, 4)),
    lambda m: m.nn.functional.binary_cross_entropy(m.ones(3), m.ones(4)),
    lambda m: m.nn.functional.binary_cross_entropy(m.ones(3), m.ones(3).double()),
    lambda m: m.nn.functional.binary_cross_entropy(m.ones(3), m.ones(3).long()),
    lambda m: m.nn.functional.binary_cross_entropy(m.ones(3) * 2, m.ones(3)),
    lambda m: m.nn.functional.binary_cross_entropy(m.ones(3), m.ones(3) * 2),
    lambda m: m.nn.functional.binary_cross_entropy(leaf(m, 3), m.ones(3), leaf(m, 3)),
    lambda m: m.nn.functional.binary_cross_entropy_with_logits(m.ones(3), m.ones(4)),
    lambda m: m.nn.functional.binary_cross_entropy_with_logits(m.ones(3), m.ones(3).long()),
    lambda m: m.nn.functional.binary_cross_entropy_with_logits(leaf(m, 3), m.ones(3), leaf(m, 3)),
    lambda m: m.nn.functional.binary_cross_entropy_with_logits(leaf(m, 3), m.ones(3), pos_weight=leaf(m, 3)),
    lambda m: m.nn.functional.kl_div(m.ones(3), m.arange(3), reduction="sum"),
    lambda m: m.nn.functional.soft_margin_loss(m.arange(3), m.arange(3)),
    lambda m: m.nn.functional.soft_margin_loss(leaf(m, 3), leaf(m, 3)),
    lambda m: m.nn.functional.margin_ranking_loss(m.ones(3), m.ones(3), m.ones(3, 1)),
    lambda m: m.nn.functional.multi_margin_loss(m.ones(3, 4), m.tensor([0, 1, 2]), p=3),
    lambda m: m.nn.functional.multi_margin_loss(m.ones(3, 4), m.tensor([0, 1, 2]), weight=m.ones(4, 1)),
    lambda m: m.nn.functional.multi_margin_loss(m.ones(3, 4), m.tensor([0, 1, 2]), weight=m.ones(3)),
    lambda m: m.nn.functional.multi_margin_loss(m.ones(3, 4), m.tensor([0, 1, 2]), weight=m.ones(4).double()),
    lambda m: m.nn.functional.multi_margin_loss(m.ones(3, 4), m.tensor([0, 1, 4])),
    lambda m: m.nn.functional.multi_margin_loss(m.ones(3, 4), m.tensor([0, 1])),
    lambda m: m.nn.functional.multi_margin_loss(m.ones(3, 4), m.tensor([0.0, 1.0, 2.0])),
    lambda m: m.nn.functional.multi_margin_loss(m.ones(2, 3, 4), m.tensor([0, 1])),
    lambda m: m.nn.functional.multilabel_margin_loss(m.ones(3, 4), m.ones(2, 4).long()),
    lambda m: m.nn.functional.multilabel_margin_loss(m.ones(3, 4), m.ones(3, 4)),
    lambda m: m.nn.functional.multilabel_margin_loss(m.ones(3, 4), m.ones(3, 4).long() * 4),
    lambda m: m.nn.functional.multilabel_margin_loss(m.ones(3, 4), m.ones(3, 4).long() * -2),
    lambda m: m.nn.functional.cosine_embedding_loss(m.ones(3, 4), m.ones(3, 4), m.ones(3, 1)),
    lambda m: m.nn.functional.cosine_embedding_loss(m.ones(3, 4), m.ones(3, 4), m.tensor(1)),
    lambda m: m.nn.functional.cosine_embedding_loss(m.ones(4), m.ones(4), m.ones(1)),
    lambda m: m.nn.functional.cosine_embedding_loss(m.ones(3, 4), m.ones(3, 5), m.ones(3)),
    lambda m: m.nn.functional.triplet_margin_loss(m.ones(4), m.ones(3, 4), m.ones(3, 4)),
    lambda m: m.nn.functional.triplet_margin_loss(m.ones(4), m.ones(4), m.ones(4), margin=0.0),
    lambda m: m.nn.functional.triplet_margin_with_distance_loss(m.ones(4), m.ones(3, 4), m.ones(3, 4)),
    lambda m: m.nn.functional.cross_entropy(m.ones(3, 4), m.tensor([0, 1])),
    lambda m: m.nn.functional.cross_entropy(m.ones(3, 4), m.tensor([0, 1, 4])),
    lambda m: m.nn.functional.cross_entropy(m.ones(3, 4), m.tensor([0, 1, -1])),
    lambda m: m.nn.functional.cross_entropy(m.ones(3, 4), m.tensor([0, 1, 4]), reduction="sum"),
    lambda m: m.nn.functional.cross_entropy(m.ones(3, 4), m.tensor([0.0, 1.0, 2.0])),
    lambda m: m.nn.functional.cross_entropy(m.ones(3, 4), m.tensor([0, 1, 2], dtype=m.int32)),
    lambda m: m.nn.functional.cross_entropy(m.ones(3, 4), m.tensor([0, 1, 2], dtype=m.int32), reduction="sum"),
    lambda m: m.nn.functional.cross_entropy(m.ones(4), m.tensor([0, 1, 2])),
    lambda m: m.nn.functional.cross_entropy(m.ones(3, 4), m.ones(3, 4).long()),
    lambda m: m.nn.functional.cross_entropy(m.ones(3, 4), m.ones(3, 2)),
    lambda m: m.nn.functional.cross_entropy(m.ones(3, 4), m.ones(3, 4), ignore_index=1),
    lambda m: m.nn.functional.cross_entropy(m.ones(3, 4), m.tensor([0, 1, 2]), label_smoothing=2.0),
    lambda m: m.nn.functional.cross_entropy(m.ones(3, 4), m.ones(3, 4), m.ones(3)),
    lambda m: m.nn.functional.nll_loss(m.ones(3, 4), m.tensor([0, 1])),
    lambda m: m.nn.functional.nll_loss(m.ones(3, 4), m.tensor([0, 1, 2]), m.ones(4).double()),
    lambda m: m.nn.functional.nll_loss(m.ones(3, 4, 2), m.zeros(3, 3).long()),
    lambda m: m.nn.functional.nll_loss(m.ones(3, 4, 2), m.zeros(3).long()),
    lambda m: m.nn.functional.nll_loss(m.ones(3, 4), m.zeros(3, 4).long()),
    lambda m: m.nn.functional.nll_loss(m.tensor(1.0), m.tensor(0)),
    lambda m: m.nn.HuberLoss(delta="a"),
    lambda m: m.nn.MultiMarginLoss(p=3),
    lambda m: m.nn.MultiMarginLoss(weight=m.ones(2, 2)),
    lambda m: m.nn.TripletMarginLoss(margin=-1.0),
    lambda m: m.nn.TripletMarginWithDistanceLoss(margin=0.0),
    lambda m: ctc(m, m.ones(4, 2, 3), [[1], [2]], [4, 4], [1, 1], blank=3),
    lambda m: ctc(m, m.ones(4, 2, 3), [[1], [2]], [4], [1, 1]),
    lambda m: ctc(m, m.ones(4, 2, 3), [[1], [2]], [4, 4], [1]),
    lambda m: ctc(m, m.ones(4, 2, 3), [[1], [2]], [4.0, 4.0], [1, 1]),
    lambda m: ctc(m, m.ones(4, 0, 3), m.zeros(0, 1).long().numpy(), m.zeros(0).long().numpy(), m.zeros(0).long().numpy()),
]
# fmt: on


# fmt: off
REFUSED_IN_OTHER_WORDS: list[Callable[[Any], Any]] = [
    lambda m: m.nn.functional.l1_loss(m.arange(3), m.arange(3)),
    lambda m: ctc(m, m.ones(4, 2, 3), [[1], [2]], [5, 4], [1, 1]),
    lambda m: ctc(m, m.ones(4, 2, 3), [[1], [2]], [4, -4], [1, 1]),
    lambda m: ctc(m, m.ones(4, 2, 3), [[1], [2]], [4, 4], [1, 2]),
    lambda m: ctc(m, m.ones(4, 2, 3), [[1]], [4, 4], [1, 1]),
    lambda m: ctc(m, m.ones(4, 2, 3), [1], [4, 4], [1, 1]),
    lambda m: ctc(m, m.ones(4, 2, 3), [[[1]]], [4, 4], [1, 1]),
]
# fmt: on


@pytest.mark.parametrize("program", REFUSED_IN_OTHER_WORDS)
def test_refuses_what_pytorch_refuses_in_other_words(program: Callable[..., Any], torch: ModuleType) -> None:
    ours, theirs = (error_of(program, m) for m in (mg, torch))
    assert type(ours) is type(theirs)
    assert str(ours)[:40] == str(theirs)[:40]


@pytest.mark.parametrize("program", REFUSED)
def test_refuses_what_pytorch_refuses(program: Callable[..., Any], torch: ModuleType) -> None:
    raises_alike(program, torch)


# fmt: off
REFUSED_WITH_THE_FIX: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: F.mse_loss(mg.arange(3), mg.arange(3)), NotImplementedError, "x.float()"),
    (lambda: F.mse_loss(mg.ones(3), mg.ones(4)), RuntimeError, "(3,) and (4,)"),
    (lambda: F.cross_entropy(mg.arange(6).reshape(2, 3), mg.tensor([0, 1])), NotImplementedError, "x.float()"),
    (lambda: F.nll_loss(mg.ones(3, 4), mg.tensor([0, 1, 2]), mg.ones(3)), RuntimeError, "all 4 classes"),
    (lambda: F.nll_loss(mg.ones(3, 4), mg.tensor([0, 1, 2]), mg.ones(4, requires_grad=True)), RuntimeError, "weight.detach()"),
    (lambda: F.nll_loss(mg.ones(2, 4, 2, 2), mg.ones(2, 2, 3).long()), RuntimeError, "[2, 2, 2], got [2, 2, 3]"),
    (lambda: F.binary_cross_entropy(mg.ones(3), mg.ones(3), mg.ones(2)), RuntimeError, "weight must broadcast"),
    (lambda: F.binary_cross_entropy_with_logits(mg.ones(3), mg.ones(3), pos_weight=mg.ones(2)), RuntimeError, "pos_weight must broadcast"),
    (lambda: F.soft_margin_loss(mg.ones(3), mg.ones(2, 3)), RuntimeError, "a sign for each element"),
    (lambda: F.multi_margin_loss(mg.ones(3, 4), mg.tensor([0, 1, 2]), weight=mg.ones(4, requires_grad=True)), RuntimeError, "weight.detach()"),
    (lambda: F.ctc_loss(mg.ones(4, 2, 3, 1), mg.tensor([[1], [2]]), [4, 4], [1, 1]), RuntimeError, "(time, n, classes)"),
    (lambda: F.ctc_loss(mg.ones(4, 2, 3), mg.tensor([[1], [5]]), [4, 4], [1, 1]), RuntimeError, "0 to 2"),
    (lambda: F.ctc_loss(mg.ones(4, 2, 3).half(), mg.tensor([[1], [2]]), [4, 4], [1, 1]) if hasattr(mg.Tensor, "half") else F.ctc_loss(mg.ones(4, 2, 3).to(mg.float16), mg.tensor([[1], [2]]), [4, 4], [1, 1]), NotImplementedError, "x.float()"),
]
# fmt: on


@pytest.mark.parametrize(("program", "error", "words"), REFUSED_WITH_THE_FIX)
def test_refuses_with_the_fix(program: Callable[[], Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error) as caught:
        program()
    assert words in str(caught.value)


def test_kl_div_warns_of_its_mean(torch: ModuleType) -> None:
    def words(m: Any) -> str:
        with pytest.warns(UserWarning, match="batchmean") as caught:
            m.nn.functional.kl_div(m.zeros(2, 2), m.ones(2, 2))
        assert caught[0].filename == __file__
        return str(caught[0].message)

    assert words(mg) == words(torch)
