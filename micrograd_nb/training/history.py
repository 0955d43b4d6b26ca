"""History: how a training went, in lists of numbers that can be plotted."""

from __future__ import annotations

from dataclasses import dataclass, field

from .metrics import Evaluation

_SHOWN = 6  # epochs at each end of a long table


@dataclass(frozen=True, repr=False)
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

    def add_validation(self, evaluation: Evaluation) -> None:
        """Writes down what the model reached after an epoch."""
        self.validation_loss.append(evaluation.loss)
        if evaluation.accuracy is not None:
            self.validation_accuracy.append(evaluation.accuracy)

    def last_line(self) -> str:
        """The last epoch in a few words: `loss 1.5000, validation loss 1.2500, accuracy 87.5 %`."""
        parts = [f"loss {self.train_loss[-1]:.4f}"]
        parts += [f"validation loss {loss:.4f}" for loss in self.validation_loss[-1:]]
        parts += [f"accuracy {accuracy:.1%}".replace("%", " %") for accuracy in self.validation_accuracy[-1:]]
        return ", ".join(parts)

    def __repr__(self) -> str:
        epochs, steps = len(self.train_loss), len(self.step_loss)
        lines = [f"History: {_count(epochs, 'epoch')}, {_count(steps, 'step')}", *self._rows()]
        if len(lines) > 2 * _SHOWN + 3:
            lines[_SHOWN + 2 : -_SHOWN] = ["  ..."]
        return "\n".join(lines)

    def _rows(self) -> list[str]:
        columns = {
            "epoch": [str(epoch) for epoch in range(1, len(self.train_loss) + 1)],
            "train loss": [f"{loss:.4f}" for loss in self.train_loss],
            "validation loss": [f"{loss:.4f}" for loss in self.validation_loss],
            "validation accuracy": [f"{100 * accuracy:.1f} %" for accuracy in self.validation_accuracy],
        }
        filled = [[title, *(cell.rjust(len(title)) for cell in cells)] for title, cells in columns.items() if cells]
        return ["  ".join(row) for row in zip(*filled, strict=True)]


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
