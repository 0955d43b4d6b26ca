"""History: what it writes down, and how it reads."""

from __future__ import annotations

import pytest

import micrograd_nb as mg
from micrograd_nb.training import Evaluation, History


def test_without_validation() -> None:
    assert repr(History([1.0], [1.0])) == "History: 1 epoch, 1 step\nepoch  train loss\n    1      1.0000"


def test_a_long_one_is_shortened() -> None:
    lines = repr(History([1.0] * 100, [1.0] * 100)).splitlines()
    first_words = " ".join(line.split()[0] for line in lines)
    assert first_words == "History: epoch 1 2 3 4 5 6 ... 95 96 97 98 99 100"
    assert "..." not in repr(History([1.0] * 13, [1.0] * 13))


def test_an_empty_one() -> None:
    assert repr(History()) == "History: 0 epochs, 0 steps"


def test_metrics_have_columns_if_they_are_numbers() -> None:
    history = History([1.0], [1.0], stopped="enough")
    history.add_validation(Evaluation(0.5, 0.25, {"f1": 0.125, "matrix": mg.zeros(2, 2)}))
    assert repr(history).splitlines() == [
        "History: 1 epoch, 1 step",
        "epoch  train loss  validation loss  validation accuracy      f1",
        "    1      1.0000           0.5000               25.0 %  0.1250",
        "stopped: enough",
    ]
    assert history.last_line() == "loss 1.0000, validation loss 0.5000, accuracy 25.0 %, f1 0.1250"


def test_the_newest_number_by_name() -> None:
    history = History([3.0], [2.0], metrics={"f1": [0.1, 0.2]})
    assert (history.last("train_loss"), history.last("f1")) == (2.0, 0.2)
    for name in ("validation_loss", "stopped"):
        with pytest.raises(ValueError, match=rf"no '{name}'; it has step_loss, train_loss, f1"):
            history.last(name)


def test_it_is_saved_as_a_copy() -> None:
    history = History([1.0], [1.0], metrics={"f1": [0.5]})
    saved = history.state_dict()
    history.metrics["f1"].append(0.75)
    other = History()
    other.load_state_dict(saved)
    assert other == History([1.0], [1.0], metrics={"f1": [0.5]})
    other.step_loss.append(2.0)
    assert saved["step_loss"] == [1.0]
