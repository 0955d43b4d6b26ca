"""The training loop, steppable or in one call, and what measures a model. Floor 3: on `nn`, `optim` and `data`."""

from .checkpoint import CheckpointError, from_torch, load, save, to_torch
from .history import History
from .loop import TrainStep, fit, train_steps
from .metrics import Evaluation, accuracy, evaluate, evaluating
from .model_summary import Summary, summary

__all__ = [
    "train_steps",
    "TrainStep",
    "fit",
    "History",
    "accuracy",
    "evaluate",
    "Evaluation",
    "evaluating",
    "summary",
    "Summary",
    "save",
    "load",
    "CheckpointError",
    "to_torch",
    "from_torch",
]
