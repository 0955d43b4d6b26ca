"""Schedulers change the learning rate of an optimizer while it trains. From simple to hard:

    StepLR, MultiStepLR             multiply it by gamma now and then
    ExponentialLR                   multiply it by gamma at each step
    ConstantLR, LinearLR            begin with a part of it: a warm-up
    PolynomialLR                    let it fall to 0
    LambdaLR, MultiplicativeLR      as a function of yours says
    CosineAnnealingLR               let it fall along a cosine (Loshchilov and Hutter 2017, "SGDR")
    CosineAnnealingWarmRestarts     and begin again (the same paper)
    CyclicLR                        up and down, again and again (Smith 2017, "Cyclical Learning Rates")
    OneCycleLR                      up and down once (Smith and Topin 2019, "Super-Convergence")
    ReduceLROnPlateau               lower it when the loss stops falling
    SequentialLR, ChainedScheduler  several, one after the other or at once

Call `scheduler.step()` after `optimizer.step()`, once an epoch or once a batch, as the scheduler counts.
(PyTorch: torch.optim.lr_scheduler)
"""

from .combined import ChainedScheduler, SequentialLR
from .cosine import CosineAnnealingLR, CosineAnnealingWarmRestarts
from .cycles import CyclicLR, OneCycleLR
from .factors import ConstantLR, ExponentialLR, LinearLR, MultiStepLR, PolynomialLR, StepLR
from .functions import LambdaLR, MultiplicativeLR
from .plateau import ReduceLROnPlateau
from .scheduler import LRScheduler

__all__ = [
    "LRScheduler",
    "StepLR",
    "MultiStepLR",
    "ExponentialLR",
    "ConstantLR",
    "LinearLR",
    "PolynomialLR",
    "LambdaLR",
    "MultiplicativeLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "OneCycleLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "ChainedScheduler",
]
