"""The training loop: one generator, `train_steps`, and `fit`, which drains it.

A step of training has five parts, and their order matters:

    optimizer.zero_grad()          forget the gradients of the step before
    output = model(input)          forward
    loss = loss_fn(output, target)
    loss.backward()                every parameter gets its gradient
    optimizer.step()               every parameter moves against it
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..nn import Module
from ..optim import Optimizer
from ..tensors import Tensor
from .history import History
from .metrics import Mean, evaluate, pair, size
from .progress import progress_bar

LossFunction = Callable[[Any, Any], Tensor]


@dataclass(frozen=True, slots=True)
class TrainStep:
    """What just happened in a training.

    | kind        | what happened                                    | filled besides `epoch` and `step` |
    |-------------|--------------------------------------------------|-----------------------------------|
    | `zero_grad` | the parameters have no gradients                 | `batch`                           |
    | `forward`   | the model computed its output                    | `batch`, `output`                 |
    | `loss`      | the loss is known, and its graph is whole        | `batch`, `output`, `loss`         |
    | `backward`  | the parameters have gradients; the graph is gone | `batch`, `output`, `loss`         |
    | `step`      | the parameters have moved                        | `batch`, `output`, `loss`         |
    | `epoch`     | the loader has been gone through once            |                                   |
    """

    kind: str
    epoch: int  # 1, 2, …
    step: int  # 1, 2, …, counted over all epochs
    batch: Any = None  # (input, target), as the loader gave it
    output: Any = None
    loss: Tensor | None = None


def train_steps(
    model: Module,
    loader: Iterable[Any],
    loss_fn: LossFunction,
    optimizer: Optimizer,
    *,
    epochs: int,
    watch: bool = True,
) -> Iterator[TrainStep]:
    """Trains, and yields what happens; nothing more happens until you ask for the next.

    A model that is in evaluation mode is put into training mode.

    Arguments:
        loader: gives batches of two, (input, target), and can be gone through once for each epoch.
        loss_fn: takes the model's output and the target, gives a single number.
        epochs: how many times to go through the loader.
        watch: False yields the kinds `step` and `epoch` alone.

    Raises:
        FloatingPointError: the loss is not finite. The parameters are still those that made it.
        ValueError: a loader that gives no batch, a batch that is no pair, `epochs` below 1.

    >>> import micrograd_nb as mg
    >>> model, data = mg.nn.Linear(2, 1), [(mg.zeros(4, 2), mg.ones(4, 1))]
    >>> for step in train_steps(model, data, mg.nn.MSELoss(), mg.optim.SGD(model.parameters()), epochs=1):
    ...     print(step.epoch, step.step, step.kind)
    1 1 zero_grad
    1 1 forward
    1 1 loss
    1 1 backward
    1 1 step
    1 1 epoch
    """
    _check_epochs(epochs)
    step = 0
    for epoch in range(1, epochs + 1):
        if not model.training:
            model.train()
        before = step
        for batch in loader:
            step += 1
            input, target = pair(batch)
            optimizer.zero_grad()
            if watch:
                yield TrainStep("zero_grad", epoch, step, batch)
            output = model(input)
            if watch:
                yield TrainStep("forward", epoch, step, batch, output)
            loss = loss_fn(output, target)
            _check_finite(loss, epoch, step)
            if watch:
                yield TrainStep("loss", epoch, step, batch, output, loss)
            loss.backward()
            if watch:
                yield TrainStep("backward", epoch, step, batch, output, loss)
            optimizer.step()
            yield TrainStep("step", epoch, step, batch, output, loss)
        _check_not_empty(step - before, epoch)
        yield TrainStep("epoch", epoch, step)


def fit(
    model: Module,
    loader: Iterable[Any],
    loss_fn: LossFunction,
    optimizer: Optimizer,
    *,
    epochs: int,
    validation: Iterable[Any] | None = None,
    on_step: Callable[[TrainStep], object] | None = None,
    on_epoch: Callable[[History], object] | None = None,
    progress: bool = True,
) -> History:
    """Trains a model, and tells how it went.

    Arguments:
        loader, loss_fn, optimizer, epochs: as for `train_steps`.
        validation: batches to measure the model with after each epoch, in evaluation mode and without gradients.
        on_step: called after each step, with its `TrainStep`.
        on_epoch: called after each epoch, with the history so far.
        progress: show a progress bar, in a terminal or a notebook.

    Raises:
        FloatingPointError, ValueError: as `train_steps`.

    >>> import micrograd_nb as mg
    >>> model, data = mg.nn.Linear(1, 1), [(mg.ones(1, 1), mg.zeros(1, 1))]
    >>> optimizer = mg.optim.SGD(model.parameters(), lr=0.1)
    >>> history = fit(model, data, mg.nn.MSELoss(), optimizer, epochs=20, progress=False)
    >>> len(history.step_loss), history.train_loss[-1] < 1e-6
    (20, True)
    """
    _check_epochs(epochs)
    history, mean = History(), Mean()
    with progress_bar(loader, epochs, show=progress) as bar:
        for step in train_steps(model, loader, loss_fn, optimizer, epochs=epochs, watch=False):
            if step.kind == "step":
                loss = step.loss.item()  # type: ignore[union-attr]
                history.step_loss.append(loss)
                mean.add(loss, size(step.batch[1]))
                bar.update()
                if on_step is not None:
                    on_step(step)
            else:
                history.train_loss.append(mean.take())
                if validation is not None:
                    history.add_validation(evaluate(model, validation, loss_fn))
                bar.set_postfix_str(history.last_line(), refresh=False)
                if on_epoch is not None:
                    on_epoch(history)
    return history


def _check_epochs(epochs: int) -> None:
    if not isinstance(epochs, int) or epochs < 1:
        raise ValueError(f"epochs is how many times to go through the loader, at least once; got epochs={epochs}")


def _check_finite(loss: Tensor, epoch: int, step: int) -> None:
    value = loss.item()
    if not math.isfinite(value):
        raise FloatingPointError(
            f"the loss is {value} at step {step} (epoch {epoch}), so training stops; the parameters are as they were "
            "before it. Often the learning rate is too high (try a tenth of it), or the data hold NaN or huge numbers "
            "(look at input.isfinite().all())."
        )


def _check_not_empty(batches: int, epoch: int) -> None:
    if batches == 0:
        raise ValueError(
            f"the loader gave no batch in epoch {epoch}: it is empty, or it is a generator, which can be gone through "
            "only once. Use a DataLoader or a list."
        )
