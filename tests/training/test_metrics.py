"""Metrics, as functions and over many batches, beside NumPy and, where it is installed, scikit-learn."""

from __future__ import annotations

import importlib.util
import warnings
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import micrograd_nb as mg
from micrograd_nb.training.metrics import (
    F1,
    Accuracy,
    ConfusionMatrix,
    Mean,
    Metric,
    Precision,
    Recall,
    accuracy,
    confusion_matrix,
    f1_score,
    precision,
    recall,
)

AVERAGES = ("macro", "weighted", "micro", None)
SCORES = ((precision, Precision), (recall, Recall), (f1_score, F1))


@pytest.fixture(scope="session")
def sklearn_metrics() -> ModuleType:
    if importlib.util.find_spec("sklearn") is None:
        pytest.skip("scikit-learn is not installed: pip install scikit-learn")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import sklearn.metrics
    return sklearn.metrics


def some_classes(rng, samples: int = 60, classes: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """What was predicted and what is true, right about half of the time. Class 2 is never predicted, 3 never true."""
    truth = rng.integers(0, classes - 1, samples)
    predicted = np.where(rng.random(samples) < 0.5, truth, rng.integers(0, classes, samples))
    return np.where(predicted == 2, 1, predicted), truth


def in_batches(metric: Metric, output: np.ndarray, target: np.ndarray) -> Metric:
    for start in range(0, len(target), 7):
        metric.update(mg.tensor(output[start : start + 7]), mg.tensor(target[start : start + 7]))
    return metric


# -- accuracy ----------------------------------------------------------------------------------------------------------


def test_accuracy_by_hand() -> None:
    logits = mg.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 5.0, 1.0]])
    assert accuracy(logits, mg.tensor([0, 1, 1])) == pytest.approx(2 / 3)


@pytest.mark.parametrize("k", [1, 2, 5])
def test_top_k_is_pytorchs(rng, torch, k: int) -> None:
    logits, truth = rng.standard_normal((50, 5)), rng.integers(0, 5, 50)
    largest = torch.tensor(logits).topk(k, dim=1).indices
    expected = (largest == torch.tensor(truth)[:, None]).any(1).double().mean().item()
    assert accuracy(mg.tensor(logits), mg.tensor(truth), k=k) == pytest.approx(expected)
    assert in_batches(Accuracy(k), logits, truth).compute() == pytest.approx(expected)


def test_of_equal_logits_the_first_is_the_larger() -> None:
    logits = np.zeros((3, 3))
    assert [accuracy(logits, [0, 1, 2], k=k) for k in (1, 2, 3)] == [pytest.approx(k / 3) for k in (1, 2, 3)]


@pytest.mark.parametrize(("logits", "target"), [((3,), (3,)), ((3, 2), (4,)), ((3, 2), (3, 2)), ((0, 2), (0,))])
def test_accuracy_of_shapes_that_do_not_fit(logits, target) -> None:
    with pytest.raises(ValueError, match=r"logits \(n, classes\) and targets \(n,\)"):
        accuracy(mg.zeros(logits), mg.zeros(target, dtype=mg.int64))


@pytest.mark.parametrize("k", [0, 4, 1.0])
def test_a_k_that_is_no_number_of_classes(k) -> None:
    with pytest.raises(ValueError, match=f"of the 3 classes.*got k={k}"):
        accuracy(np.zeros((2, 3)), [0, 1], k=k)


@pytest.mark.parametrize("measure", [accuracy, confusion_matrix, precision, lambda *pair: Accuracy().update(*pair)])
def test_a_model_in_the_place_of_its_output(measure) -> None:
    with pytest.raises(TypeError, match=r"got Linear itself.*evaluate\(model, loader, loss_fn\)"):
        measure(mg.nn.Linear(2, 2), [])


# -- the confusion matrix ----------------------------------------------------------------------------------------------


def counted(predicted: np.ndarray, truth: np.ndarray, classes: int) -> list[list[int]]:
    return [
        [int(np.sum((truth == row) & (predicted == column))) for column in range(classes)] for row in range(classes)
    ]


@given(st.integers(1, 5).flatmap(lambda n: arrays.arrays(np.int64, (2, 9), elements=st.integers(0, n - 1))))
def test_each_field_counts_its_pairs(pairs: np.ndarray) -> None:
    predicted, truth = pairs
    matrix = confusion_matrix(predicted, truth)
    assert matrix.tolist() == counted(predicted, truth, pairs.max() + 1)
    assert matrix.dtype == mg.int64


def test_logits_say_how_many_classes_there_are() -> None:
    assert confusion_matrix(mg.tensor([[1.0, 0.0, 0.0]]), mg.tensor([1])).tolist() == [[0, 0, 0], [1, 0, 0], [0, 0, 0]]


def test_a_running_matrix_grows_with_its_classes() -> None:
    matrix = ConfusionMatrix()
    for predicted, truth in (([0], [0]), ([0, 2], [2, 1]), ([0], [1])):
        matrix.update(predicted, truth)
    assert matrix.compute().tolist() == [[1, 0, 0], [1, 0, 1], [1, 0, 0]]
    assert matrix.count == 4
    matrix.reset()
    assert matrix.count == 0


def test_the_counts_that_were_computed_stay() -> None:
    matrix = ConfusionMatrix(2)
    matrix.update([0], [0])
    first = matrix.compute()
    matrix.update([0], [0])
    assert first.tolist() == [[1, 0], [0, 0]]


def test_what_was_confused() -> None:
    matrix = ConfusionMatrix(labels=["cat", "dog", "cow"])
    matrix.update([1, 1, 2, 0, 0], [0, 0, 0, 0, 2])
    assert matrix.confused() == [("cat", "dog", 2), ("cat", "cow", 1), ("cow", "cat", 1)]
    assert matrix.confused(1) == [("cat", "dog", 2)]


def test_the_text_of_a_large_matrix_is_what_was_confused() -> None:
    matrix = ConfusionMatrix(30)
    matrix.update([1, 1, 5], [0, 0, 5])
    assert repr(matrix) == ("ConfusionMatrix: 3 samples, 1 right, 30 classes. Most often confused:\n  0 taken for 1: 2")
    assert repr(ConfusionMatrix()) == "ConfusionMatrix: 0 samples, 0 right"


def test_its_table_is_escaped_and_reads_by_rows() -> None:
    matrix = ConfusionMatrix(labels=["<img onerror=x>", "b"])
    matrix.update([1, 1], [0, 1])
    page = matrix._repr_html_()
    assert "<img" not in page
    assert page.count('<th scope="row">') == page.count('<th scope="col">') == 2
    assert [field.partition("<")[0] for field in page.split('text-align: right">')[1:]] == ["0", "1", "0", "1"]


def test_its_picture(rng) -> None:
    predicted, truth = some_classes(rng)
    matrix = ConfusionMatrix(labels=["a", "b", "c", "d"])
    matrix.update(predicted, truth)
    plot = matrix.plot()
    axes = plot.figure.axes[0]
    assert [int(text.get_text()) for text in axes.texts] == matrix.counts.ravel().tolist()
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b", "c", "d"]
    assert plot.description.startswith("ConfusionMatrix: 60 samples")
    assert axes.images[0].get_array()[3, 0].tolist() == [255, 255, 255]  # a class that never was the true one


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: confusion_matrix([0], [0, 1]), r"got \(1,\) and \(2,\)"),
        (lambda: confusion_matrix([0.5], [0]), r"predictions must be the numbers of classes.*float64.*\(p > 0.5\)"),
        (lambda: confusion_matrix([0], [1.0]), "targets must be the numbers of classes"),
        (lambda: confusion_matrix([0, 3], [0, 1], classes=3), "predictions must be classes from 0 to 2.*from 0 to 3"),
        (lambda: confusion_matrix([0], [-1]), "targets must be classes from 0 to 0, but reach from -1 to -1"),
        (lambda: accuracy(np.zeros((1, 2)), [2]), "targets must be classes from 0 to 1"),
        (lambda: confusion_matrix(np.zeros((1, 2)), [0], classes=3), "logits of 2 classes do not fit a metric of 3"),
        (lambda: ConfusionMatrix(3, labels=["a", "b"]), "classes=3 and 2 labels"),
        (lambda: precision([0], [0], average="mean"), "average is .* got 'mean'"),
        (lambda: F1(average="mean"), "average is .* got 'mean'"),
        (lambda: f1_score([0, 1, 2], [0, 1, 2], average="binary"), "class 1 of two classes, but there are 3"),
        (lambda: Mean().compute(), "no samples to measure"),
        (lambda: Accuracy().compute(), "no samples to measure"),
    ],
)
def test_what_cannot_be_measured(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


# -- precision, recall, F1 ---------------------------------------------------------------------------------------------


def by_definition(predicted: np.ndarray, truth: np.ndarray, label: int) -> tuple[float, float, float]:
    """Precision, recall and F1 of one class."""
    right = np.sum((predicted == label) & (truth == label))
    called, true = np.sum(predicted == label), np.sum(truth == label)
    p, r = (right / n if n else 0.0 for n in (called, true))
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


def test_one_class_by_definition(rng) -> None:
    predicted, truth = some_classes(rng)
    for label in range(4):
        values = [score(predicted, truth, average=None).tolist()[label] for score, _ in SCORES]
        assert values == pytest.approx(by_definition(predicted, truth, label))


@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize(("score", "running"), SCORES)
def test_scores_are_scikit_learns(rng, sklearn_metrics, score, running, average) -> None:
    reference = getattr(sklearn_metrics, f"{score.__name__.removesuffix('_score')}_score")
    for _ in range(5):
        predicted, truth = some_classes(rng)
        expected = reference(truth, predicted, average=average, zero_division=0)
        result = score(predicted, truth, average=average)
        assert np.asarray(getattr(result, "array", result)) == pytest.approx(expected)
        over_batches = in_batches(running(average), predicted, truth).compute()
        assert np.asarray(getattr(over_batches, "array", over_batches)) == pytest.approx(expected)


@pytest.mark.parametrize(("score", "running"), SCORES)
def test_of_two_classes_the_second(rng, sklearn_metrics, score, running) -> None:
    reference = getattr(sklearn_metrics, f"{score.__name__.removesuffix('_score')}_score")
    predicted, truth = rng.random(40) < 0.4, rng.random(40) < 0.6
    assert score(predicted, truth, average="binary") == pytest.approx(reference(truth, predicted))
    assert in_batches(running("binary"), predicted, truth).compute() == pytest.approx(reference(truth, predicted))


def test_confusion_matrix_is_scikit_learns(rng, sklearn_metrics) -> None:
    predicted, truth = some_classes(rng)
    assert confusion_matrix(predicted, truth).tolist() == sklearn_metrics.confusion_matrix(truth, predicted).tolist()


def test_nothing_was_called_so() -> None:
    assert precision([0, 0], [1, 1], average="binary") == 0.0
    assert f1_score([0, 0], [1, 1]) == 0.0


# -- means, and what a metric says of itself ---------------------------------------------------------------------------


def test_a_mean_of_means_and_of_tensors() -> None:
    mean = Mean()
    mean.update(2.0, 3)
    mean.update(mg.tensor(6.0), 1)
    mean.update(np.array([1.0, 3.0]), 2)
    assert mean.compute() == pytest.approx((3 * 2 + 6 + 2 * (1 + 3)) / 8)
    mean.reset()
    assert mean.count == 0


def test_what_they_say_of_themselves(rng) -> None:
    assert repr(Mean()) == "Mean: 0 samples"
    assert repr(Accuracy()) == "Accuracy: 0 samples"
    assert repr(Precision(None)) == "Precision: 0 samples"
    recall_metric = Recall(None)
    recall_metric.update([0], [0])
    assert repr(recall_metric) == "Recall: 1 sample"


@pytest.mark.parametrize("method", ["reset", "update", "compute"])
def test_a_metric_has_three_methods(method: str) -> None:
    class Lazy(Metric):
        pass

    with pytest.raises(NotImplementedError, match=f"Lazy needs a method {method}"):
        getattr(Lazy(), method)(*([0, 0] if method == "update" else []))
