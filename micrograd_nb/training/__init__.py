"""The training loop, steppable or in one call, and what measures a model. Floor 3: on `nn`, `optim` and `data`."""

from . import metrics
from .early_stop import EarlyStop
from .evaluate import Evaluation, evaluate, evaluating
from .fit import StopTraining, Training, fit
from .history import History
from .loop import TrainStep, train_steps
from .metrics import accuracy
from .resumable_loader import ResumableLoader

__all__ = [
    "train_steps",
    "TrainStep",
    "fit",
    "Training",
    "ResumableLoader",
    "EarlyStop",
    "StopTraining",
    "History",
    "accuracy",
    "evaluate",
    "Evaluation",
    "evaluating",
    "metrics",
]
