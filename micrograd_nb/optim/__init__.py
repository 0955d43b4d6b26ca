"""Optimizers, from simple to hard, each with the paper that it comes from.

    SGD         a step against the gradient; with momentum (Sutskever et al. 2013)
    Adagrad     a learning rate for every weight, which shrinks (Duchi et al. 2011)
    RMSprop     the same, but it forgets (Hinton 2012)
    Adam        both: the average of the gradient over that of its size (Kingma and Ba 2014)
    AdamW       Adam, whose weight decay does not go into the averages (Loshchilov and Hutter 2019)
    Adamax      Adam with the largest gradient in the place of the average (Kingma and Ba 2014)
    NAdam       Adam with Nesterov's momentum (Dozat 2016)
    RAdam       Adam that begins with care (Liu et al. 2020)
    LBFGS       a quasi-Newton method, for exact gradients (Liu and Nocedal 1989)

`lr_scheduler` has what changes the learning rate between steps. Floor 2: optimizers know tensors and their gradients,
and nothing of modules and data.
"""

from . import lr_scheduler
from .adagrad import Adagrad
from .adam import Adam, AdamW
from .adamax import Adamax
from .lbfgs import LBFGS
from .nadam import NAdam
from .optimizer import Optimizer
from .radam import RAdam
from .rmsprop import RMSprop
from .sgd import SGD

__all__ = [
    "Optimizer",
    "SGD",
    "Adagrad",
    "RMSprop",
    "Adam",
    "AdamW",
    "Adamax",
    "NAdam",
    "RAdam",
    "LBFGS",
    "lr_scheduler",
]
