"""Losses as modules: one number that says how wrong the outputs are, for `backward()` to start from.

What each computes, and with which shapes, `nn.functional` tells of the function of the same name. `reduction` is "mean"
(the default), "sum", or "none" for one loss for each element. Weights are buffers, so they move with the module.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..tensors import Tensor
from . import functional as F
from .distance import PairwiseDistance
from .functional.ctc import Lengths
from .functional.reduction import check_reduction
from .module import Module


class _Loss(Module):
    """What all have in common: a reduction."""

    reductions_besides: tuple[str, ...] = ()

    def __init__(self, size_average: None = None, reduce: None = None, reduction: str = "mean") -> None:
        super().__init__()
        check_reduction(reduction, size_average, reduce, self.reductions_besides)
        self.reduction = reduction


class _WeightedLoss(_Loss):
    """Those that count some classes or elements more than others, by a tensor `weight`."""

    weight: Tensor | None

    def __init__(
        self, weight: Tensor | None = None, size_average: None = None, reduce: None = None, reduction: str = "mean"
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)


# -- of numbers --------------------------------------------------------------------------------------------------------


class MSELoss(_Loss):
    """The mean squared error. (PyTorch: torch.nn.MSELoss)

    Shapes: input and target equal; result (), with `reduction="none"` theirs.

    >>> import micrograd_nb as mg
    >>> mg.nn.MSELoss()(mg.tensor([1.0, 2.0]), mg.tensor([1.0, 4.0]))
    tensor(2.)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.mse_loss(input, target, reduction=self.reduction)


class L1Loss(_Loss):
    """The mean absolute error. (PyTorch: torch.nn.L1Loss)"""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.l1_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(_Loss):
    """The absolute error, with the kink at 0 rounded off within `beta`. (PyTorch: torch.nn.SmoothL1Loss)"""

    def __init__(
        self, size_average: None = None, reduce: None = None, reduction: str = "mean", beta: float = 1.0
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(_Loss):
    """Half the squared error up to the distance `delta`, a straight line beyond. (PyTorch: torch.nn.HuberLoss)"""

    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        if not isinstance(delta, (float, int)):
            raise TypeError(f"delta must be a float or int, got: {type(delta)}")
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)


class PoissonNLLLoss(_Loss):
    """For counts: −log of their probability in a Poisson distribution. (PyTorch: torch.nn.PoissonNLLLoss)"""

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: None = None,
        eps: float = 1e-08,
        reduce: None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_input, self.full, self.eps = log_input, full, eps

    def forward(self, log_input: Tensor, target: Tensor) -> Tensor:
        return F.poisson_nll_loss(
            log_input, target, log_input=self.log_input, full=self.full, eps=self.eps, reduction=self.reduction
        )


class GaussianNLLLoss(_Loss):
    """For outputs that come with a variance: −log of the density of a normal distribution.

    (PyTorch: torch.nn.GaussianNLLLoss)
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-06, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.full, self.eps = full, eps

    def forward(self, input: Tensor, target: Tensor, var: Tensor | float) -> Tensor:
        return F.gaussian_nll_loss(input, target, var, full=self.full, eps=self.eps, reduction=self.reduction)


# -- of probabilities --------------------------------------------------------------------------------------------------


class BCELoss(_WeightedLoss):
    """The cross-entropy of yes and no, from probabilities. (PyTorch: torch.nn.BCELoss)

    `BCEWithLogitsLoss` takes logits, and no sigmoid before it: it is the safer of the two.
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy(input, target, self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(_WeightedLoss):
    """The cross-entropy of yes and no, from logits. (PyTorch: torch.nn.BCEWithLogitsLoss)

    Arguments:
        pos_weight: what a target of 1 counts, where one of 0 counts 1.

    >>> import micrograd_nb as mg
    >>> mg.nn.BCEWithLogitsLoss()(mg.tensor([0.0, 1000.0]), mg.tensor([1.0, 1.0]))
    tensor(0.3466)
    """

    pos_weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: None = None,
        reduce: None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(
            input, target, self.weight, reduction=self.reduction, pos_weight=self.pos_weight
        )


class KLDivLoss(_Loss):
    """The Kullback-Leibler divergence, from log-probabilities. (PyTorch: torch.nn.KLDivLoss)

    `reduction="batchmean"` is the divergence as mathematics has it; "mean" divides by the number of classes, too, and
    warns of it.
    """

    reductions_besides = ("batchmean",)

    def __init__(
        self, size_average: None = None, reduce: None = None, reduction: str = "mean", log_target: bool = False
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


class MultiLabelSoftMarginLoss(_WeightedLoss):
    """For several right classes: the mean over the classes of `BCEWithLogitsLoss`.

    (PyTorch: torch.nn.MultiLabelSoftMarginLoss)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multilabel_soft_margin_loss(input, target, self.weight, reduction=self.reduction)


# -- of classes --------------------------------------------------------------------------------------------------------


class CrossEntropyLoss(_WeightedLoss):
    """−log softmax(input)[target], averaged. (PyTorch: torch.nn.CrossEntropyLoss)

    It takes logits, whatever numbers the last layer gives: the softmax is part of it.

    Shapes: input (n, classes, …), floats; target (n, …), the classes' numbers as int64, or floats of the input's shape,
    a probability for each class.

    Arguments:
        weight: what each class counts, (classes,).
        ignore_index: a target that does not count.
        label_smoothing: this share of each target goes to all classes alike.

    Raises:
        RuntimeError, ValueError, IndexError: targets of a wrong dtype, number or value.

    >>> import micrograd_nb as mg
    >>> mg.nn.CrossEntropyLoss()(mg.tensor([[2.0, 0.0]]), mg.tensor([0]))  # right, and rather sure
    tensor(0.1269)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: None = None,
        ignore_index: int = -100,
        reduce: None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index, self.label_smoothing = ignore_index, label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.cross_entropy(
            input, target, self.weight, None, self.ignore_index, None, self.reduction, self.label_smoothing
        )


class NLLLoss(_WeightedLoss):
    """−input[target], averaged: the cross-entropy after a `LogSoftmax`. (PyTorch: torch.nn.NLLLoss)"""

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: None = None,
        ignore_index: int = -100,
        reduce: None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.nll_loss(input, target, self.weight, ignore_index=self.ignore_index, reduction=self.reduction)


class CTCLoss(_Loss):
    """For labels of which only the order is known, as in speech. (PyTorch: torch.nn.CTCLoss)

    Shapes: log_probs (time, n, classes), targets (n, s), lengths (n,); see `nn.functional.ctc_loss`.
    """

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__(reduction=reduction)
        self.blank, self.zero_infinity = blank, zero_infinity

    def forward(self, log_probs: Tensor, targets: Tensor, input_lengths: Lengths, target_lengths: Lengths) -> Tensor:
        return F.ctc_loss(
            log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction, self.zero_infinity
        )


# -- of margins --------------------------------------------------------------------------------------------------------


class HingeEmbeddingLoss(_Loss):
    """The distance of like things, and what unlike ones lack of a margin. (PyTorch: torch.nn.HingeEmbeddingLoss)"""

    def __init__(
        self, margin: float = 1.0, size_average: None = None, reduce: None = None, reduction: str = "mean"
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)


class SoftMarginLoss(_Loss):
    """log(1 + exp(−t · x)), for targets t of 1 and −1. (PyTorch: torch.nn.SoftMarginLoss)"""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.soft_margin_loss(input, target, reduction=self.reduction)


class MarginRankingLoss(_Loss):
    """The first should be larger by a margin, or smaller, as the target says. (PyTorch: torch.nn.MarginRankingLoss)"""

    def __init__(
        self, margin: float = 0.0, size_average: None = None, reduce: None = None, reduction: str = "mean"
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return F.margin_ranking_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class MultiMarginLoss(_WeightedLoss):
    """The right class should be ahead of all others by a margin. (PyTorch: torch.nn.MultiMarginLoss)"""

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        size_average: None = None,
        reduce: None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        if p not in (1, 2):
            raise ValueError(f"only p == 1 and p == 2 supported, but p is {p}")
        if weight is not None and weight.array.ndim != 1:
            raise ValueError(
                f"MultiMarginLoss: expected weight to be None or 1D tensor, got {weight.array.ndim}D instead"
            )
        self.p, self.margin = p, margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multi_margin_loss(input, target, self.p, self.margin, self.weight, reduction=self.reduction)


class MultiLabelMarginLoss(_Loss):
    """Each right class should be ahead of all wrong ones by 1. (PyTorch: torch.nn.MultiLabelMarginLoss)"""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return F.multilabel_margin_loss(input, target, reduction=self.reduction)


class CosineEmbeddingLoss(_Loss):
    """Like things should point the same way, unlike ones not. (PyTorch: torch.nn.CosineEmbeddingLoss)"""

    def __init__(
        self, margin: float = 0.0, size_average: None = None, reduce: None = None, reduction: str = "mean"
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        return F.cosine_embedding_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)


class TripletMarginLoss(_Loss):
    """A thing should be nearer to a like one than to an unlike one. (PyTorch: torch.nn.TripletMarginLoss)"""

    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-06,
        swap: bool = False,
        size_average: None = None,
        reduce: None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        if margin <= 0:
            raise ValueError(f"TripletMarginLoss: expected margin to be greater than 0, got {margin} instead")
        self.margin, self.p, self.eps, self.swap = margin, p, eps, swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        return F.triplet_margin_loss(
            anchor, positive, negative, self.margin, self.p, self.eps, self.swap, reduction=self.reduction
        )


class TripletMarginWithDistanceLoss(_Loss):
    """`TripletMarginLoss` with a distance of your own, by default `PairwiseDistance()`.

    (PyTorch: torch.nn.TripletMarginWithDistanceLoss)
    """

    def __init__(
        self,
        *,
        distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        if margin <= 0:
            raise ValueError(
                f"TripletMarginWithDistanceLoss: expected margin to be greater than 0, got {margin} instead"
            )
        self.distance_function: Any = PairwiseDistance() if distance_function is None else distance_function
        self.margin, self.swap = margin, swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        return F.triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )
