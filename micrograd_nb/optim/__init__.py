"""Optimizers, from simple to hard. Floor 2: they know tensors and their gradients, and nothing of modules and data."""

from .adam import Adam, AdamW
from .optimizer import Optimizer
from .sgd import SGD

__all__ = ["Optimizer", "SGD", "Adam", "AdamW"]
