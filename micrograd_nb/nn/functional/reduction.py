"""What a loss makes of many losses: one for each element (`reduction="none"`), their sum, or their mean."""

from __future__ import annotations

from ...tensors import Tensor

REDUCTIONS = ("none", "mean", "sum")


def check_reduction(
    reduction: str, size_average: bool | None = None, reduce: bool | None = None, also: tuple[str, ...] = ()
) -> None:
    """Refuses what is no reduction, and the two old arguments that said what `reduction` says.

    Arguments:
        also: reductions that this loss has besides.

    Raises:
        ValueError: another reduction.
        TypeError: an old argument.
    """
    if size_average is not None or reduce is not None:
        meant = "none" if reduce is False else "sum" if size_average is False else "mean"
        raise TypeError(
            f"size_average and reduce are deprecated, and refused here: instead of size_average={size_average}, "
            f"reduce={reduce} write reduction={meant!r}"
        )
    if reduction not in REDUCTIONS and reduction not in also:
        raise ValueError(
            f"{reduction} is not a valid value for reduction: use one of {', '.join((*REDUCTIONS, *also))}"
        )


def reduced(losses: Tensor, reduction: str) -> Tensor:
    """All losses, their mean, or their sum."""
    return losses if reduction == "none" else losses.mean() if reduction == "mean" else losses.sum()
