"""History: how a training went, in lists of numbers that can be plotted."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, fields
from typing import Any

from .evaluate import Evaluation

_SHOWN = 6  # epochs at each end of a long table


@dataclass(repr=False)
class History:
    """The losses of a training, step by step and epoch by epoch. `fit` fills one and returns it.

    >>> History(step_loss=[2.0, 1.0], train_loss=[1.5], validation_loss=[1.25], validation_accuracy=[0.875])
    History: 1 epoch, 2 steps
    epoch  train loss  validation loss  validation accuracy
        1      1.5000           1.2500               87.5 %
    """

    step_loss: list[float] = field(default_factory=list)  # of each step
    train_loss: list[float] = field(default_factory=list)  # of each epoch: the mean over its samples, as they came
    validation_loss: list[float] = field(default_factory=list)  # after each epoch, if there is validation data
    validation_accuracy: list[float] = field(default_factory=list)  # likewise, for classifiers
    metrics: dict[str, list[Any]] = field(default_factory=dict)  # likewise, by the names of the metrics
    learning_rate: list[float] = field(default_factory=list)  # of the last step of each epoch, in the first group
    stopped: str = ""  # why the training ended before its last epoch

    def add_validation(self, evaluation: Evaluation) -> None:
        """Writes down what the model reached after an epoch."""
        self.validation_loss.append(evaluation.loss)
        if evaluation.accuracy is not None:
            self.validation_accuracy.append(evaluation.accuracy)
        for name, value in evaluation.metrics.items():
            self.metrics.setdefault(name, []).append(value)

    def last(self, name: str) -> float:
        """The newest number of a list, or of a metric, by its name.

        Raises:
            ValueError: there is none of this name, or it has no numbers yet.
        """
        lists = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("metrics", "stopped")}
        filled = {key: values for key, values in {**lists, **self.metrics}.items() if values}
        if name not in filled:
            raise ValueError(f"the history has no {name!r}; it has {', '.join(filled) or 'nothing yet'}")
        return filled[name][-1]

    def last_line(self) -> str:
        """The last epoch in a few words: `loss 1.5000, validation loss 1.2500, accuracy 87.5 %`."""
        parts = [f"loss {self.train_loss[-1]:.4f}"]
        parts += [f"validation loss {loss:.4f}" for loss in self.validation_loss[-1:]]
        parts += [f"accuracy {_percent(accuracy)}" for accuracy in self.validation_accuracy[-1:]]
        parts += [f"{name} {values[-1]:.4f}" for name, values in self._numbers().items()]
        return ", ".join(parts)

    def state_dict(self) -> dict[str, Any]:
        """Everything in it, as a copy: lists of numbers by name."""
        return {f.name: deepcopy(getattr(self, f.name)) for f in fields(self)}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Becomes a copy of the history that was saved."""
        for f in fields(self):
            setattr(self, f.name, deepcopy(state_dict[f.name]))

    def __repr__(self) -> str:
        epochs, steps = len(self.train_loss), len(self.step_loss)
        lines = [f"History: {_count(epochs, 'epoch')}, {_count(steps, 'step')}", *self._rows()]
        if len(lines) > 2 * _SHOWN + 3:
            lines[_SHOWN + 2 : -_SHOWN] = ["  ..."]
        return "\n".join([*lines, f"stopped: {self.stopped}"] if self.stopped else lines)

    def _rows(self) -> list[str]:
        columns = {
            "epoch": [str(epoch) for epoch in range(1, len(self.train_loss) + 1)],
            "train loss": [f"{loss:.4f}" for loss in self.train_loss],
            "validation loss": [f"{loss:.4f}" for loss in self.validation_loss],
            "validation accuracy": [_percent(accuracy) for accuracy in self.validation_accuracy],
            **{name: [f"{value:.4f}" for value in values] for name, values in self._numbers().items()},
        }
        filled = [[title, *cells] for title, cells in columns.items() if cells]
        widths = [max(map(len, column)) for column in filled]
        rows = zip(*filled, strict=True)
        return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]

    def _numbers(self) -> dict[str, list[float]]:
        """The metrics that are single numbers; others, such as a confusion matrix, do not fit into a table."""
        return {name: values for name, values in self.metrics.items() if all(isinstance(v, float) for v in values)}


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
