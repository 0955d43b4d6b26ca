"""Losses: one number that says how wrong the outputs are, for `backward()` to start from."""

from __future__ import annotations

from ..tensors import Tensor, cross_entropy
from .functional.loss import check_reduction, mse_loss, only_the_mean
from .module import Module


class CrossEntropyLoss(Module):
    """The mean over the batch of −log softmax(input)[target]. (PyTorch: torch.nn.CrossEntropyLoss)

    Shapes: input (n, classes), floats, called logits; target (n,), the classes' numbers as integers; result ().
    It takes logits, whatever numbers the last layer gives: the softmax is part of it.

    Raises:
        NotImplementedError: an argument that is not at its default; the message says what to use.
        RuntimeError, ValueError, IndexError: targets of a wrong dtype, number or value.

    >>> import micrograd_nb as mg
    >>> mg.nn.CrossEntropyLoss()(mg.tensor([[2.0, 0.0]]), mg.tensor([0]))  # right, and rather sure
    tensor(0.1269)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        *,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__()
        only_the_mean(weight, ignore_index, reduction, label_smoothing)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return cross_entropy(input, target)


class MSELoss(Module):
    """The mean squared error, or with `reduction` the sum, or every square for itself. (PyTorch: torch.nn.MSELoss)

    Shapes: input and target equal; result (), with `reduction="none"` theirs.

    >>> import micrograd_nb as mg
    >>> mg.nn.MSELoss()(mg.tensor([1.0, 2.0]), mg.tensor([1.0, 4.0]))
    tensor(2.)
    """

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__()
        check_reduction(reduction)
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return mse_loss(input, target, reduction=self.reduction)
