"""The training loop: `train_steps`, a generator that yields what just happened. `fit` drains it.

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
from typing import Any, NamedTuple

from ..nn import Module
from ..optim import Optimizer
from ..tensors import Tensor
from .batches import pair
from .resumable_loader import ResumableLoader

LossFunction = Callable[[Any, Any], Tensor]


class TrainStep(NamedTuple):
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
        loader: gives batches of two, (input, target), and can be gone through once for each epoch. With a
            `ResumableLoader` that has been gone through in part, the training goes on from there.
        loss_fn: takes the model's output and the target, gives a single number.
        epochs: how many times to go through the loader, in all.
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
    check_epochs(epochs)
    batches = loader if isinstance(loader, ResumableLoader) else ResumableLoader(loader)
    while batches.epoch < epochs:
        if not model.training:
            model.train()
        epoch = batches.epoch + 1
        for batch in batches:
            step = batches.step
            input, target = pair(batch)
            optimizer.zero_grad()
            if watch:
                yield TrainStep("zero_grad", epoch, step, batch)
            output = model(input)
            if watch:
                yield TrainStep("forward", epoch, step, batch, output)
            loss = loss_fn(output, target)
            check_finite(loss, epoch, step)
            if watch:
                yield TrainStep("loss", epoch, step, batch, output, loss)
            loss.backward()
            if watch:
                yield TrainStep("backward", epoch, step, batch, output, loss)
            optimizer.step()
            yield TrainStep("step", epoch, step, batch, output, loss)
        yield TrainStep("epoch", epoch, batches.step)


def check_epochs(epochs: int) -> None:
    """Raises unless there is something to do."""
    if not isinstance(epochs, int) or epochs < 1:
        raise ValueError(f"epochs is how many times to go through the loader, at least once; got epochs={epochs}")


def check_finite(loss: Tensor, epoch: int, step: int) -> None:
    """Raises for a loss that is NaN or infinite, before it gets into the parameters."""
    value = loss.item()
    if not math.isfinite(value):
        raise FloatingPointError(
            f"the loss is {value} at step {step} (epoch {epoch}), so training stops; the parameters are as they were "
            "before it. Often the learning rate is too high (try a tenth of it), or the data hold NaN or huge numbers "
            "(look at input.isfinite().all())."
        )
